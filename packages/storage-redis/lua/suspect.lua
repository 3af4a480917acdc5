-- Has entries looked at a while from now. KEYS: what was announced lately. ARGV: 'later' when that begins anew for entries that
-- are to be looked at already, as it must for those that will be wrong only later; names with members.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for at = 2, #ARGV do
  redis.call('ZADD', KEYS[1], ARGV[1] == 'later' and 'CH' or 'NX', now, ARGV[at])
end
