-- Has a stream forgotten after a while, all of it at the same moment. KEYS: the stream, its writer. ARGV: ms.
for _, key in ipairs(KEYS) do
  redis.call('PEXPIRE', key, ARGV[1])
end
