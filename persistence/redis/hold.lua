-- A member says that it holds placements. It answers with the indices, from 0,
-- of those that others hold, or with -1 if it is no member.
if not generation or not own then return { -1 } end
local lost = {}
for i = 3, #KEYS do
	if other(KEYS[i]) then
		lost[#lost + 1] = i - 3
	else
		take(KEYS[i])
	end
end
return lost
