-- A member goes.
-- KEYS: roll, counter of announcements about nodes
-- ARGV: their channel, id
if redis.call('HDEL', KEYS[1], 'm:' .. ARGV[2]) == 1 then
	announce(KEYS[2], ARGV[1], ARGV[2])
end
return 1
