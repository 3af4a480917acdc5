-- Deletes the chunks of an upload, and the blob if it is made of them: 1 when it is. KEYS: the blob, the chunks. ARGV: upload.
for at = 2, #KEYS do
  redis.call('UNLINK', KEYS[at])
end
if redis.call('HGET', KEYS[1], 'upload') ~= ARGV[1] then
  return 0
end
return redis.call('UNLINK', KEYS[1])
