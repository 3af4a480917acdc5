-- Applies a commit, or answers the first thing that does not hold. A script is not rolled back when it fails, so everything is
-- looked at before anything is written.
--
-- KEYS: first the partition's hash of unique values, which names the record that holds each; then what ARGV counts on.
-- ARGV: read in order, see commit-arguments.ts. A key is its number in KEYS, or 0 for one that no record can have; an empty
-- text stands for none.
local unique = KEYS[1]

local position = 0
local function text()
  position = position + 1
  return ARGV[position]
end
local function number()
  return tonumber(text())
end
local function key()
  return KEYS[number()]
end
local function optional()
  local value = text()
  return value ~= '' and value or nil
end

local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local base = text()
local deadline = optional()
if deadline and now() > tonumber(deadline) then
  return { 'late' }
end

-- 1. Checks.
for index = 1, number() do
  local check, of, value = text(), key(), text()
  if check == 'free' then
    local holder = redis.call('HGET', unique, value)
    if holder then
      return { 'taken', 'check', index, holder }
    end
  elseif check == 'exists' then
    if not of or redis.call('EXISTS', of) == 0 then
      return { 'missing', 'check', index }
    end
  else
    -- The field of that name.
    local stored = of and redis.call('HMGET', of, 'version', check) or { false }
    if not stored[1] then
      return { 'missing', 'check', index }
    end
    if (stored[2] or '0') ~= value then
      return { check, 'check', index }
    end
  end
end

-- 2. Writes, as if those before had been applied: what they inserted, and which values they freed or took.
local writes, inserted, holders = {}, {}, {}
local function holder_of(value)
  if holders[value] ~= nil then
    return holders[value]
  end
  return redis.call('HGET', unique, value)
end

for index = 1, number() do
  local write = { write = text(), kind = text(), record = key(), name = text(), collection = key(), id = text(), filters = {} }
  local fields = { 'version', 'fence', 'unique' }
  for at = 1, number() do
    local filter = { key = key(), field = text(), value = optional() }
    write.filters[at] = filter
    fields[at + 3] = filter.field
  end
  local stored = write.record and redis.call('HMGET', write.record, unpack(fields)) or { false }
  write.stored = stored

  if write.write == 'delete' then
    write.owned, write.freed = text(), {}
    if stored[3] then
      holders[stored[3]] = false
    end
    if stored[1] and #DESCENDANTS[write.kind] > 0 then
      -- Few values are held in a partition with owners.
      local held = redis.call('HGETALL', unique)
      for at = 1, #held, 2 do
        for _, descendant in ipairs(DESCENDANTS[write.kind]) do
          local below = descendant .. '/' .. write.owned
          if string.sub(held[at + 1], 1, #below) == below then
            write.freed[#write.freed + 1] = held[at]
            holders[held[at]] = false
          end
        end
      end
    end
  else
    local owner = text()
    write.body, write.state, write.fence, write.due, write.unique = text(), optional(), optional(), optional(), optional()
    if write.write == 'insert' then
      if stored[1] then
        return { 'exists', 'write', index }
      end
      if owner ~= '' then
        local owning = KEYS[tonumber(owner)]
        if not owning or not (inserted[owning] or redis.call('EXISTS', owning) == 1) then
          return { 'missing', 'owner', index }
        end
      end
      inserted[write.record] = true
    else
      if not stored[1] then
        return { 'missing', 'write', index }
      end
      if write.fence and tonumber(write.fence) < tonumber(stored[2] or 0) then
        return { 'fence', 'write', index }
      end
      if stored[3] then
        holders[stored[3]] = false
      end
    end
    if write.unique then
      local holder = holder_of(write.unique)
      if holder then
        return { 'taken', 'write', index, holder }
      end
      holders[write.unique] = write.name
    end
  end
  writes[index] = write
end

-- 3. Events.
local run = optional()
local events
if run then
  run = KEYS[tonumber(run)]
  events = { stream = key(), writer = key(), channel = text(), fence = text(), count = number() }
  if not run or not (inserted[run] or redis.call('EXISTS', run) == 1) then
    return { 'missing', 'events', 0 }
  end
  events.last = last_event(events.writer, events.fence)
  if not events.last then
    return { 'fence', 'events', 0 }
  end
  events.first = position + 1
  position = position + 2 * events.count
end

-- From here on everything holds.

-- Deletes a collection with everything below it. `owners` are the ids of its owners but the outermost, each with a slash.
local function delete_collection(kind, owners)
  local collection = base .. kind .. '/' .. owners
  local slice = 1000
  local from = 0
  repeat
    local ids = redis.call('ZRANGE', collection, from, from + slice - 1)
    local keys = {}
    for index, id in ipairs(ids) do
      keys[index] = collection .. id
      for _, child in ipairs(CHILDREN[kind]) do
        delete_collection(child, owners .. id .. '/')
      end
      if kind == 'run' then
        redis.call('UNLINK', base .. 'events/' .. id, base .. 'writer/' .. id)
      end
    end
    if #keys > 0 then
      redis.call('UNLINK', unpack(keys))
    end
    from = from + slice
  until #ids < slice
  redis.call('UNLINK', collection)
  for _, filter in ipairs(FILTERS[kind]) do
    redis.call('UNLINK', collection .. '?' .. filter)
  end
end

local function remove(write)
  redis.call('UNLINK', write.record)
  if write.collection then
    redis.call('ZREM', write.collection, write.id)
  end
  for at, filter in ipairs(write.filters) do
    if write.stored[at + 3] then
      redis.call('ZREM', filter.key, write.stored[at + 3] .. '/' .. write.id)
    end
  end
  if write.stored[3] then
    redis.call('HDEL', unique, write.stored[3])
  end
  for _, value in ipairs(write.freed) do
    redis.call('HDEL', unique, value)
  end
  for _, child in ipairs(CHILDREN[write.kind]) do
    delete_collection(child, write.owned)
  end
  if write.kind == 'run' then
    redis.call('UNLINK', base .. 'events/' .. write.id, base .. 'writer/' .. write.id)
  end
end

local function store(write)
  local stored = write.stored
  local set = { 'body', write.body, 'version', (tonumber(stored[1] or 0)) + 1 }
  local unset = {}
  local function field(name, value)
    if value then
      set[#set + 1] = name
      set[#set + 1] = value
    else
      unset[#unset + 1] = name
    end
  end
  field('state', write.state)
  field('due', write.due)
  field('unique', write.unique)
  if write.fence then
    field('fence', write.fence)
  end
  for at, filter in ipairs(write.filters) do
    local before = stored[at + 3]
    field(filter.field, filter.value)
    if before and before ~= filter.value then
      redis.call('ZREM', filter.key, before .. '/' .. write.id)
    end
    if filter.value and before ~= filter.value then
      redis.call('ZADD', filter.key, 0, filter.value .. '/' .. write.id)
    end
  end
  redis.call('HSET', write.record, unpack(set))
  if stored[1] then
    if #unset > 0 then
      redis.call('HDEL', write.record, unpack(unset))
    end
  elseif write.collection then
    redis.call('ZADD', write.collection, 0, write.id)
  end
  if stored[3] and stored[3] ~= write.unique then
    redis.call('HDEL', unique, stored[3])
  end
  if write.unique then
    redis.call('HSET', unique, write.unique, write.name)
  end
end

for _, write in ipairs(writes) do
  if write.write ~= 'delete' then
    store(write)
  elseif write.stored[1] then
    remove(write)
  end
end

-- When the thread was last written, for those that expire.
local thread = optional()
if thread and redis.call('EXISTS', KEYS[tonumber(thread)]) == 1 then
  redis.call('HSET', KEYS[tonumber(thread)], 'written', now())
end

if not events then
  return { 'ok' }
end
local written = {}
local last = write_events(events.stream, events.writer, events.fence, events.last, events.first, events.count, written)
if #written > 0 then
  notify(events.channel, last, written)
end
return { 'ok', last }
