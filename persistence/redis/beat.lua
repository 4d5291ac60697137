-- A member says that it lives.
-- KEYS: roll, counter of announcements about nodes
-- ARGV: their channel, id, what the member says of itself, ttl, grace,
--       '1' if it joins, the generation and the beats that it saw last, a new generation, its address
local roll, id, said = KEYS[1], ARGV[2], ARGV[3]
local ttl, grace = tonumber(ARGV[4]), tonumber(ARGV[5])
local joins, seen, beats = ARGV[6] == '1', ARGV[7], tonumber(ARGV[8])
local t = now()

local state = redis.call('HMGET', roll, 'generation', 'beats', 'at', 'closed', 'm:' .. id)
local generation, mine = state[1], state[5]

-- Nothing is left, or an old copy came back: of less than was seen already.
local lost = not generation or (seen == generation and beats > tonumber(state[2]))
if lost then
	generation = ARGV[9]
	redis.call('HSET', roll, 'generation', generation, 'closed', t + grace)
end

local still = lost or quiet(tonumber(state[3]), ttl, t)
if still and not lost and tonumber(state[4]) > t + grace then
	redis.call('HSET', roll, 'closed', t + grace) -- the clock was set back
end

local function tell(who) announce(KEYS[2], ARGV[1], who) end

local members = {}
local all = redis.call('HGETALL', roll)
for i = 1, #all, 2 do
	local other = string.match(all[i], '^m:(.*)$')
	if other and other ~= id then
		local ends, says = entry(all[i + 1])
		if joins and cjson.decode(says).address == ARGV[10] then
			redis.call('HDEL', roll, all[i]) -- nobody else can listen there: its process is gone
			tell(other)
		elseif still then
			redis.call('HSET', roll, all[i], string.format('%.0f', t + grace) .. ' ' .. says)
			members[#members + 1] = says
		elseif ends < t then
			redis.call('HDEL', roll, all[i])
			tell(other)
		else
			members[#members + 1] = says
		end
	end
end

local evicted = 1
if mine or joins or lost or (seen ~= '' and seen ~= generation) then
	evicted = 0
	local before
	if mine then
		local _
		_, before = entry(mine)
	end
	redis.call('HSET', roll, 'm:' .. id, string.format('%.0f', t + ttl) .. ' ' .. said)
	members[#members + 1] = said
	if before ~= said then tell(id) end
end

redis.call('HSET', roll, 'at', t, 'ttl', ttl)
return { generation, redis.call('HINCRBY', roll, 'beats', 1), evicted, members }
