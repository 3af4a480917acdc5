-- Applies a commit that inserts one record, as every new message does: commit.lua would do the same in twice the time. Answers
-- like it. KEYS: the record, its collection, the partition's hash of unique values, the records that have to exist. ARGV: the
-- record's id, body and head; a value that nobody may hold, or nothing.
for at = 4, #KEYS do
  if redis.call('EXISTS', KEYS[at]) == 0 then
    return { 'missing', 'check', at - 3 }
  end
end
local holder = ARGV[4] and redis.call('HGET', KEYS[3], ARGV[4])
if holder then
  return { 'taken', 'check', #KEYS - 2, holder }
end
if redis.call('EXISTS', KEYS[1]) == 1 then
  return { 'exists', 'write', 1 }
end
redis.call('HSET', KEYS[1], 'head', ARGV[3], 'body', ARGV[2])
redis.call('ZADD', KEYS[2], 0, ARGV[1])
return { 'ok' }
