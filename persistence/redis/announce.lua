-- KEYS: counter
-- ARGV: channel, key
announce(KEYS[1], ARGV[1], ARGV[2])
return 1
