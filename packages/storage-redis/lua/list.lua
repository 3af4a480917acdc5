-- Reads a page at one moment: ids and records, one after the other. KEYS: the sorted set that is walked, the collection, to
-- which an id is added to name a record. ARGV: 'REV' or '', from where, to where, how many, and how many characters before an id
-- a member has.
local ids
if ARGV[1] == 'REV' then
  ids = redis.call('ZRANGE', KEYS[1], ARGV[2], ARGV[3], 'BYLEX', 'REV', 'LIMIT', 0, ARGV[4])
else
  ids = redis.call('ZRANGE', KEYS[1], ARGV[2], ARGV[3], 'BYLEX', 'LIMIT', 0, ARGV[4])
end
local skipped = tonumber(ARGV[5])
local page = {}
for index, member in ipairs(ids) do
  local id = string.sub(member, skipped + 1)
  page[2 * index - 1] = id
  page[2 * index] = redis.call('HMGET', KEYS[2] .. id, 'body', 'state', 'version', 'fence', 'due')
end
return page
