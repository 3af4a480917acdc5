-- Reads a page at one moment: the ids with a space between, then body and head of each record. KEYS: the sorted set that is walked, the collection, to
-- which an id is added to name a record. ARGV: 'REV' or '', from where, to where, how many, and how many characters before an id
-- a member has.
local ids
if ARGV[1] == 'REV' then
  ids = redis.call('ZRANGE', KEYS[1], ARGV[2], ARGV[3], 'BYLEX', 'REV', 'LIMIT', 0, ARGV[4])
else
  ids = redis.call('ZRANGE', KEYS[1], ARGV[2], ARGV[3], 'BYLEX', 'LIMIT', 0, ARGV[4])
end
local skipped = tonumber(ARGV[5])
if skipped > 0 then
  for index, member in ipairs(ids) do
    ids[index] = string.sub(member, skipped + 1)
  end
end
-- Everything in one list: one for each record would cost as much again.
local page = { table.concat(ids, ' ') }
for index, id in ipairs(ids) do
  local record = redis.call('HMGET', KEYS[2] .. id, 'body', 'head')
  page[2 * index], page[2 * index + 1] = record[1], record[2]
end
return page
