// How objects are laid out as records, for whoever reads and writes them past the services.
export { insertFile } from './files/build-file.ts';
export { writeMessage } from './messages/build-message.ts';
export { assistantKey, fileKey, messageKey, runKey, threadKey } from './records/keys.ts';
export { parseRecord } from './records/parse-record.ts';
export { walkRecords } from './records/walk-records.ts';
export { ACTIVE_RUN } from './runs/active-run.ts';
