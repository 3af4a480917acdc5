-- Reads records at one moment. KEYS: the records.
local records = {}
for index, key in ipairs(KEYS) do
  records[index] = redis.call('HMGET', key, 'body', 'state', 'version', 'fence', 'due')
end
return records
