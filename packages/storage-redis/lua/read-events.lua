-- Reads a stream at one moment: its generation, the number of its last event, and events; nothing when there is none. KEYS: the
-- stream, its writer. ARGV: the first id, how many.
local head = redis.call('HMGET', KEYS[2], 'generation', 'last')
if not head[1] then
  return nil
end
return { head[1], head[2], redis.call('XRANGE', KEYS[1], ARGV[1], '+', 'COUNT', ARGV[2]) }
