-- What the scripts about placements share. It stands between the prelude and
-- them, which have:
-- KEYS: roll, counter of announcements about nodes, then the placements
-- ARGV: the channel of those announcements, the member that asks, how long a placement stays
local roll, member, stay = KEYS[1], ARGV[2], ARGV[3]
local t = now()
local state = redis.call('HMGET', roll, 'generation', 'closed', 'at', 'ttl', 'm:' .. member)
local generation, closed, own = state[1], tonumber(state[2]), state[5]

-- A placement is a generation and a member.
local function parts(value)
	return string.match(value, '^(%S+) (.*)$')
end

-- living tells whether a member is on the roll. One whose time is over is taken
-- off: it must not come back as if nothing had happened to what it held.
local known = {}
local function living(id)
	if known[id] == nil then
		local value = redis.call('HGET', roll, 'm:' .. id)
		known[id] = value and true
		if value and entry(value) < t and id ~= member and not quiet(tonumber(state[3]), tonumber(state[4]), t) then
			redis.call('HDEL', roll, 'm:' .. id)
			announce(KEYS[2], ARGV[1], id)
			known[id] = false
		end
	end
	return known[id]
end

-- other returns who else holds a placement.
local function other(key)
	local value = redis.call('GET', key)
	if value then
		local since, holder = parts(value)
		if since == generation and holder ~= member and living(holder) then return holder end
	end
	return nil
end

local function take(key)
	redis.call('SET', key, generation .. ' ' .. member, 'PX', stay)
end
