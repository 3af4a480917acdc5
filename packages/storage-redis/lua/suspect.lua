-- Has entries looked at that a reader found wrong. KEYS: what was announced lately. ARGV: names with members.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for _, entry in ipairs(ARGV) do
  redis.call('ZADD', KEYS[1], 'NX', now, entry)
end
