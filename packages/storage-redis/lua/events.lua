-- Streams of events, for the scripts that write to them. A stream is a Redis stream with the ids 0-1, 0-2, …, and a hash
-- with the highest fence it has seen, the number of its last event and its generation: another one whenever it begins at 1.

-- The number of the last event and the generation, or nil when the stream has seen a higher fence.
local function head_of_stream(writer, fence)
  local stored = redis.call('HMGET', writer, 'fence', 'last', 'generation')
  if not stored[1] then
    return 0, table.concat(redis.call('TIME'), '.')
  end
  if tonumber(stored[1]) > tonumber(fence) then
    return nil
  end
  return tonumber(stored[2]), stored[3]
end

-- Writes the names and data that ARGV holds from `first` on, and adds them to `written`.
local function write_events(stream, writer, fence, generation, last, first, count, written)
  local begins = last == 0
  for at = first, first + 2 * count - 2, 2 do
    last = last + 1
    redis.call('XADD', stream, '0-' .. last, 'event', ARGV[at], 'data', ARGV[at + 1])
    written[#written + 1] = ARGV[at]
    written[#written + 1] = ARGV[at + 1]
  end
  redis.call('HSET', writer, 'fence', fence, 'last', last, 'generation', generation)
  -- One that was finished before its first event goes with its writer.
  local ttl = begins and redis.call('PTTL', writer) or -1
  if ttl > 0 then
    redis.call('PEXPIRE', stream, ttl)
  end
  return last
end

-- Tells who listens: the generation and the number of the first event, and the events themselves unless they are long.
local function notify(channel, generation, last, written)
  local longest = 16384
  local length = 0
  for _, text in ipairs(written) do
    length = length + #text
  end
  local notice = generation .. ' ' .. last - #written / 2 + 1
  if length <= longest then
    notice = notice .. '\n' .. table.concat(written, '\n')
  end
  redis.call('PUBLISH', channel, notice)
end
