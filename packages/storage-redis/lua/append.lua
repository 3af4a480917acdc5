-- Appends batches to one stream, in order. Answers its generation, and for each batch the number of the stream's last event, or
-- false when it is refused. KEYS: the run, its stream, the stream's writer. ARGV: the channel; for each batch its fence, how many
-- events, their names and data.
local run, stream, writer = KEYS[1], KEYS[2], KEYS[3]
local results, written = { '' }, {}
local exists = redis.call('EXISTS', run) == 1
local last
local at = 2
while at <= #ARGV do
  local fence, count = ARGV[at], tonumber(ARGV[at + 1])
  local before, generation
  if exists then
    before, generation = head_of_stream(writer, fence)
  end
  if before then
    last = write_events(stream, writer, fence, generation, before, at + 2, count, written)
    results[1] = generation
    results[#results + 1] = last
  else
    results[#results + 1] = false
  end
  at = at + 2 + 2 * count
end
if #written > 0 then
  notify(ARGV[1], results[1], last, written)
end
return results
