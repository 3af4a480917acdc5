-- Makes a blob readable: 'ok', 'exists', or 'lost' when chunks have expired. KEYS: the blob, its chunks. ARGV: upload, bytes,
-- SHA-256.
if redis.call('EXISTS', KEYS[1]) == 1 then
  return 'exists'
end
for at = 2, #KEYS do
  if redis.call('EXISTS', KEYS[at]) == 0 then
    return 'lost'
  end
end
redis.call('HSET', KEYS[1], 'upload', ARGV[1], 'bytes', ARGV[2], 'sha256', ARGV[3])
for at = 2, #KEYS do
  redis.call('PERSIST', KEYS[at])
end
return 'ok'
