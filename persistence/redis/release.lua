-- A member gives placements up.
for i = 3, #KEYS do
	local value = redis.call('GET', KEYS[i])
	if value then
		local _, holder = parts(value)
		if holder == member then redis.call('DEL', KEYS[i]) end
	end
end
return 1
