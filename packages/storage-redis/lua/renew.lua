-- Moves the due time of a record that has one, and this fence; answers whether it did. The index of what is due is in another slot;
-- its entry may be earlier, and is made so behind this. KEYS: the record. ARGV: fence, due time.
local head = redis.call('HGET', KEYS[1], 'head')
local version, fence, due, state = string.match(head or '', '^(%d+) (%d+) (%S+) (.*)$')
if fence ~= ARGV[1] or due == '-' then
  return 0
end
redis.call('HSET', KEYS[1], 'head', version .. ' ' .. fence .. ' ' .. ARGV[2] .. ' ' .. state)
return 1
