-- The numbers of the last announcements.
-- KEYS: counters
-- ARGV: for each of them '1' if announcements were lost that it does not count
--       yet: a number that nobody hears tells all subscribers of a loss
local counts = {}
for i, counter in ipairs(KEYS) do
	counts[i] = counted(counter)
	if ARGV[i] == '1' then
		counts[i] = string.format('%.0f', redis.call('INCR', counter))
	end
end
return counts
