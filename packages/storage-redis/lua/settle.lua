-- Brings entries in line with their records, unless they were announced again meanwhile. KEYS as in announce.lua. ARGV: for
-- each entry the number of its index, its name, its member, when it was announced, and its score: empty when there is no such
-- record, = to leave it.
for at = 1, #ARGV, 5 do
  local index, member, score = KEYS[tonumber(ARGV[at])], ARGV[at + 2], ARGV[at + 4]
  local announced = ARGV[at + 1] .. ' ' .. member
  if tonumber(redis.call('ZSCORE', KEYS[1], announced) or 0) == tonumber(ARGV[at + 3]) then
    redis.call('ZREM', KEYS[1], announced)
    if score == '' then
      redis.call('ZREM', index, member)
    elseif score ~= '=' then
      redis.call('ZADD', index, score, member)
    end
  end
end
