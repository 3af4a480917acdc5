-- Writes to indexes over all partitions before the commit that the entries are for, and notes when. KEYS: what was announced
-- lately; then the indexes. ARGV: for each entry the number of its index in KEYS, its name, its member, and its score or + and ms
-- from now. Answers the time.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for at = 1, #ARGV, 4 do
  local index, name, member, score = KEYS[tonumber(ARGV[at])], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3]
  if string.sub(score, 1, 1) == '+' then
    score = now + tonumber(score)
  end
  -- Never later than before: that commit may not come to be, and whoever reads looks at the record anyhow.
  redis.call('ZADD', index, 'LT', score, member)
  redis.call('ZADD', KEYS[1], now, name .. ' ' .. member)
end
return now
