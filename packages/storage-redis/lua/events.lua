-- Streams of events, for the scripts that write to them. A stream is a Redis stream with the ids 0-1, 0-2, …, and a hash
-- with the highest fence it has seen and the number of its last event.

-- The number of the last event, or nil when the stream has seen a higher fence.
local function last_event(writer, fence)
  local stored = redis.call('HMGET', writer, 'fence', 'last')
  if stored[1] and tonumber(stored[1]) > tonumber(fence) then
    return nil
  end
  return tonumber(stored[2] or 0)
end

-- Writes the names and data that ARGV holds from `first` on, and adds them to `written`.
local function write_events(stream, writer, fence, last, first, count, written)
  for at = first, first + 2 * count - 2, 2 do
    last = last + 1
    redis.call('XADD', stream, '0-' .. last, 'event', ARGV[at], 'data', ARGV[at + 1])
    written[#written + 1] = ARGV[at]
    written[#written + 1] = ARGV[at + 1]
  end
  redis.call('HSET', writer, 'fence', fence, 'last', last)
  return last
end

-- Tells who listens: the number of the first event and the events themselves, or the number alone when they are long.
local function notify(channel, last, written)
  local longest = 16384
  local length = 0
  for _, text in ipairs(written) do
    length = length + #text
  end
  local notice = tostring(last - #written / 2 + 1)
  if length <= longest then
    notice = notice .. '\n' .. table.concat(written, '\n')
  end
  redis.call('PUBLISH', channel, notice)
end
