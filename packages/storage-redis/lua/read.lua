-- Reads records at one moment: body and head of each. KEYS: the records.
local fields = {}
for index, key in ipairs(KEYS) do
  local record = redis.call('HMGET', key, 'body', 'head')
  fields[2 * index - 1], fields[2 * index] = record[1], record[2]
end
return fields
