-- Applies a commit, or answers the first thing that does not hold. A script is not rolled back when it fails, so everything is
-- looked at before anything is written.
--
-- KEYS: what the plan counts on. ARGV: the plan, see commit-plan.ts: words in the order they are read here, a key being its
-- number in KEYS, 0 for one that no record can have, and - standing for none; then the texts that are no words, in order.
local word = string.gmatch(ARGV[1], '%S+')

local function number()
  return tonumber(word())
end

local function key()
  return KEYS[number()]
end

local function optional()
  local value = word()
  return value ~= '-' and value or nil
end

local position = 1
local function text()
  position = position + 1
  return ARGV[position]
end

local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- Version and fence of a record, by its head: version, fence, due time and state, with a space between.
local function head_of(record)
  local head = record and redis.call('HGET', record, 'head')
  if not head then
    return nil
  end
  local version, fence = string.match(head, '^(%d+) (%d+)')
  return tonumber(version), tonumber(fence)
end

-- Records that are known to exist, also because they are inserted.
local existing = {}
local function exists(record)
  return record and (existing[record] or redis.call('EXISTS', record) == 1)
end

local deadline = optional()
if deadline and now() > tonumber(deadline) then
  return { 'late' }
end

-- What all keys of the partition begin with, and the hash of unique values: it names the record that holds each.
local base = text()
local unique = key()

local function name_of(record)
  return string.sub(record, #base + 1)
end

-- 1. Checks.
for index = 1, number() do
  local check, record, value = word(), key(), word()
  if check == 'free' then
    local holder = redis.call('HGET', unique, value)
    if holder then
      return { 'taken', 'check', index, holder }
    end
  elseif check == 'exists' then
    if not exists(record) then
      return { 'missing', 'check', index }
    end
    existing[record] = true
  else
    local version, fence = head_of(record)
    if not version then
      return { 'missing', 'check', index }
    end
    local stored = check == 'version' and version or fence
    if check == 'written' then
      stored = tonumber(redis.call('HGET', record, 'written') or 0)
    end
    if stored ~= tonumber(value) then
      return { check, 'check', index }
    end
  end
end

-- 2. Writes, as if those before had been applied: which records they inserted, and which values they freed or took.
local writes, holders = {}, {}
local deletes = false

for index = 1, number() do
  local write = { write = word(), record = key(), collection = key() }
  writes[index] = write
  for at = 1, number() do
    write.filters = write.filters or {}
    write.filters[at] = { key = key(), field = word(), value = optional() }
  end

  if write.write == 'delete' then
    deletes = true
    write.kind, write.below, write.freed = word(), optional() or '', {}
    write.version = head_of(write.record)
    write.held = write.version and redis.call('HGET', write.record, 'unique')
    if write.held then
      holders[write.held] = false
    end
    local kinds = descendants(write.kind)
    if write.version and #kinds > 0 then
      -- Few values are held in a partition with owners.
      local values = redis.call('HGETALL', unique)
      for at = 1, #values, 2 do
        for _, kind in ipairs(kinds) do
          local prefix = kind .. '/' .. write.below
          if string.sub(values[at + 1], 1, #prefix) == prefix then
            write.freed[#write.freed + 1] = values[at]
            holders[values[at]] = false
          end
        end
      end
    end
  else
    if write.write == 'insert' then
      local has_owner, owner = word() == 'owner', key()
      if exists(write.record) then
        return { 'exists', 'write', index }
      end
      if has_owner and not exists(owner) then
        return { 'missing', 'owner', index }
      end
      existing[write.record] = true
      write.head = '1 ' .. word()
    else
      local version, fence = head_of(write.record)
      if not version then
        return { 'missing', 'write', index }
      end
      local raised = optional()
      if raised and tonumber(raised) < fence then
        return { 'fence', 'write', index }
      end
      write.version = version
      write.head = version + 1 .. ' ' .. (raised or fence)
      write.held = redis.call('HGET', write.record, 'unique')
      if write.held then
        holders[write.held] = false
      end
    end
    write.head = write.head .. ' ' .. word() .. ' '
    write.unique = optional()
    if write.unique then
      local holder = holders[write.unique]
      if holder == nil then
        holder = redis.call('HGET', unique, write.unique)
      end
      if holder then
        return { 'taken', 'write', index, holder }
      end
      holders[write.unique] = name_of(write.record)
    end
    write.body = text()
    if word() == 'state' then
      write.head = write.head .. text()
    end
  end
end

-- 3. Events.
local events
if word() == 'events' then
  local run = key()
  events = { stream = key(), writer = key(), fence = word(), count = number(), channel = text() }
  if not exists(run) then
    return { 'missing', 'events', 0 }
  end
  events.last, events.generation = head_of_stream(events.writer, events.fence)
  if not events.last then
    return { 'fence', 'events', 0 }
  end
end

-- From here on everything holds.

local remove
if deletes then
  -- Deletes a collection with everything below it. `owners` are the ids of its owners but the outermost, each with a slash.
  local function delete_collection(kind, owners)
    local collection = base .. kind .. '/' .. owners
    local slice = 1000
    local from = 0
    repeat
      local ids = redis.call('ZRANGE', collection, from, from + slice - 1)
      local records = {}
      for index, id in ipairs(ids) do
        records[index] = collection .. id
        for _, child in ipairs(children(kind)) do
          delete_collection(child, owners .. id .. '/')
        end
        if kind == 'run' then
          redis.call('UNLINK', base .. 'events/' .. id, base .. 'writer/' .. id)
        end
      end
      if #records > 0 then
        redis.call('UNLINK', unpack(records))
      end
      from = from + slice
    until #ids < slice
    redis.call('UNLINK', collection)
    for _, filter in ipairs(filters(kind)) do
      redis.call('UNLINK', collection .. '?' .. filter)
    end
  end

  -- What is below goes first: should the server stop in between, as it may while it hands the slot to another, then the record
  -- is still there to be deleted again.
  function remove(write, id)
    for _, child in ipairs(children(write.kind)) do
      delete_collection(child, write.below)
    end
    for _, value in ipairs(write.freed) do
      redis.call('HDEL', unique, value)
    end
    if write.kind == 'run' then
      redis.call('UNLINK', base .. 'events/' .. id, base .. 'writer/' .. id)
    end
    for _, filter in ipairs(write.filters or {}) do
      local value = redis.call('HGET', write.record, filter.field)
      if value then
        redis.call('ZREM', filter.key, value .. '/' .. id)
      end
    end
    if write.held then
      redis.call('HDEL', unique, write.held)
    end
    if write.collection then
      redis.call('ZREM', write.collection, id)
    end
    redis.call('UNLINK', write.record)
  end
end

-- Sets a field to a value, or to none; answers the value before.
local function replace(record, field, value)
  local before = redis.call('HGET', record, field)
  if before and not value then
    redis.call('HDEL', record, field)
  elseif value and value ~= before then
    redis.call('HSET', record, field, value)
  end
  return before
end

for _, write in ipairs(writes) do
  local id = write.collection and string.sub(write.record, #write.collection + 1)
  if write.write == 'delete' then
    if write.version then
      remove(write, id)
    end
  else
    redis.call('HSET', write.record, 'head', write.head, 'body', write.body)
    if write.collection and not write.version then
      redis.call('ZADD', write.collection, 0, id)
    end
    for _, filter in ipairs(write.filters or {}) do
      local before = replace(write.record, filter.field, filter.value)
      if before and before ~= filter.value then
        redis.call('ZREM', filter.key, before .. '/' .. id)
      end
      if filter.value and before ~= filter.value then
        redis.call('ZADD', filter.key, 0, filter.value .. '/' .. id)
      end
    end
    if write.held or write.unique then
      replace(write.record, 'unique', write.unique)
      if write.held and write.held ~= write.unique then
        redis.call('HDEL', unique, write.held)
      end
      if write.unique then
        redis.call('HSET', unique, write.unique, name_of(write.record))
      end
    end
  end
end

-- When the thread was last written, for those that expire.
local thread = key()
if thread and redis.call('EXISTS', thread) == 1 then
  redis.call('HSET', thread, 'written', now())
end

if not events then
  return { 'ok' }
end
local written = {}
local last = write_events(
  events.stream, events.writer, events.fence, events.generation, events.last, position + 1, events.count, written
)
if #written > 0 then
  notify(events.channel, events.generation, last, written)
end
return { 'ok', last, events.generation }
