-- What the scripts share. It stands before each of them.

-- now is the time of Redis in milliseconds: the clocks of nodes do not count.
local function now()
	local t = redis.call('TIME')
	return tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000)
end

-- counted is the number of the last announcement of a topic. A counter that is
-- missing begins with the time in microseconds, far above any that was lost, so
-- that subscribers see the loss as a gap.
local function counted(counter)
	local n = redis.call('GET', counter)
	if not n then
		local t = redis.call('TIME')
		n = t[1] .. string.format('%06d', tonumber(t[2]))
		redis.call('SET', counter, n)
	end
	return n
end

local function announce(counter, channel, key)
	counted(counter)
	local n = redis.call('INCR', counter)
	redis.call('PUBLISH', channel, string.format('%.0f', n) .. ':' .. key)
end

-- An entry of the roll says when the membership ends, and what the member says
-- of itself.
local function entry(value)
	local ends, said = string.match(value, '^(%d+) (.*)$')
	return tonumber(ends), said
end

-- quiet tells that nobody beat for half a ttl: Redis was away or frozen, or its
-- clock was set. Nobody is known to be dead then.
local function quiet(at, ttl, t)
	return not at or math.abs(t - at) > ttl / 2
end
