import { type Area, testsOf } from './requirement.ts';

const objects = testsOf('tests/e2e/objects.test.ts', 'objects through openai $major');
const objectKeys = testsOf('tests/e2e/object-keys.test.ts');
const answers = testsOf('tests/e2e/answers.test.ts', 'answers through openai $major');
const messageContent = testsOf('tests/e2e/message-content.test.ts');
const refusals = testsOf('tests/e2e/refusals.test.ts', 'refusals through openai $major');
const images = testsOf('tests/e2e/images.test.ts', 'images through openai $major');
const attachments = testsOf('tests/e2e/attachments.test.ts', 'attachments through openai $major');
const runSettings = testsOf('tests/e2e/run-settings.test.ts');
const tenThousand = testsOf('tests/e2e/ten-thousand-messages.test.ts', 'a thread of ${COUNT} messages');
const activeRuns = testsOf('tests/e2e/active-runs.test.ts', 'active runs through openai $major');
const imagesOnTheWire = testsOf('tests/e2e/images.test.ts');

export const messages: Area = {
  name: 'Messages',
  works: 'create with text, images and attachments, list, retrieve, modify and delete',
  routes: [
    'POST /threads/{id}/messages',
    'GET /threads/{id}/messages',
    'GET /threads/{id}/messages/{id}',
    'POST /threads/{id}/messages/{id}',
    'DELETE /threads/{id}/messages/{id}',
  ],
  requirements: [
    {
      id: 'messages.fields',
      promise:
        'A message of a user shows every field, is completed at once and has its text as one part without annotations.',
      source: 'OpenAPI: MessageObject',
      tests: [objects('messages > shows every field')],
    },
    {
      id: 'messages.keys',
      promise: 'A message has exactly the keys of the API description, in their order.',
      source: 'OpenAPI: MessageObject',
      tests: [objectKeys('%s has exactly the keys of recorded traffic, in their order', 'thread.message')],
    },
    {
      id: 'messages.answer',
      promise: 'The message of a run has the ids of its assistant and its run, the role assistant and the whole text.',
      source: 'recorded traffic 2025-10',
      tests: [answers('polled > are there when the run is completed')],
    },
    {
      id: 'messages.role-assistant',
      promise: 'A client may write a message of the assistant, which belongs to no run.',
      source: 'recorded traffic 2025-10',
      tests: [messageContent('a message > of the assistant may be written by the client, and belongs to no run')],
    },
    {
      id: 'messages.role',
      promise: 'A message without a role is refused, and so is one with another than user and assistant.',
      source: 'OpenAPI: CreateMessageRequest',
      tests: [
        refusals('of bodies > a message with %s', 'no role'),
        refusals('of bodies > a message with %s', 'a role that is none'),
      ],
    },
    {
      id: 'messages.content-required',
      promise: 'A message without content is refused.',
      source: 'OpenAPI: CreateMessageRequest',
      tests: [refusals('of bodies > a message with %s', 'no content')],
    },
    {
      id: 'messages.content-empty',
      promise: 'A message of nothing but white space is refused, and so is one without parts.',
      source: 'field reports',
      tests: [
        refusals('of bodies > a message with nothing but %j'),
        refusals('of bodies > a message with %s', 'no parts'),
        messageContent('the content of a message > is refused as %s', 'a part of nothing'),
      ],
    },
    {
      id: 'messages.content-limit',
      promise: 'A text has at most 256,000 characters, alone or as a part.',
      source: 'field reports',
      tests: [
        refusals('of bodies > a message with %s', 'a text too long'),
        messageContent('the content of a message > may have 256,000 characters, in a part as in a text'),
        messageContent('the content of a message > is refused as %s', 'a part too long'),
      ],
    },
    {
      id: 'messages.content-type',
      promise: 'Content that is neither a text nor a list of parts is refused.',
      source: 'OpenAPI: CreateMessageRequest',
      tests: [
        messageContent('the content of a message > is refused as %s', 'a number'),
        messageContent('the content of a message > is refused as %s', 'null'),
      ],
    },
    {
      id: 'messages.parts',
      promise: 'A message may have texts and images in any order, and shows them in that order.',
      source: 'OpenAPI: CreateMessageRequest',
      tests: [messageContent('the content of a message > may be parts of every kind, shown in their order')],
    },
    {
      id: 'messages.part-types',
      promise: 'A part without a type, a refusal, and a text in the form of an answer are refused.',
      source: 'OpenAPI: MessageContentTextObject',
      tests: [
        messageContent('the content of a message > is refused as %s', 'a part without a type'),
        messageContent('the content of a message > is refused as %s', 'a refusal'),
        messageContent('the content of a message > is refused as %s', 'a text as it is shown'),
      ],
    },
    {
      id: 'messages.image-detail',
      promise: 'An image shows its detail, auto where none was given; another than auto, low and high is refused.',
      source: 'recorded traffic 2025-10',
      tests: [
        objects('messages > fills in the detail of images'),
        messageContent('the content of a message > may be parts of every kind, shown in their order'),
        messageContent('the content of a message > is refused as %s', 'an image of another detail'),
      ],
    },
    {
      id: 'messages.image-parts',
      promise: 'An image without a URL or a file is refused.',
      source: 'OpenAPI: MessageContentImageUrlObject',
      tests: [
        messageContent('the content of a message > is refused as %s', 'an image of nothing'),
        messageContent('the content of a message > is refused as %s', 'an image without a URL'),
        messageContent('the content of a message > is refused as %s', 'an image file without an id'),
      ],
    },
    {
      id: 'messages.image-file-unknown',
      promise: 'An image file that does not exist is refused with its id.',
      source: 'unconfirmed: safest for clients',
      tests: [messageContent('the content of a message > is refused as %s', 'an image file that does not exist')],
    },
    {
      id: 'messages.images-shown',
      promise: 'The model is shown uploaded images as data and images with a URL by it, with their detail.',
      source: 'Assistants API guide: images',
      tests: [
        images('that are uploaded are shown as they are, with their detail'),
        images('that have a URL are shown by it'),
      ],
    },
    {
      id: 'messages.images-unusable',
      promise: 'Images that cannot be shown, or are too many together, are told of in words, and the run goes on.',
      source: 'project requirement',
      tests: [
        images('that cannot be shown are told of'),
        images('that are too many together are left out, the oldest first'),
      ],
    },
    {
      id: 'messages.unknown-parameter',
      promise: 'An unknown key of a message is refused, such as file_ids of version 1.',
      source: 'OpenAPI: additionalProperties false',
      tests: [refusals('of bodies > a message with %s', 'an unknown parameter')],
    },
    {
      id: 'messages.attachments-empty',
      promise: 'A message without attachments shows an empty list of them.',
      source: 'recorded traffic 2025-10',
      tests: [messageContent('a message > has nothing attached unless something is')],
    },
    {
      id: 'messages.attachments',
      promise:
        'Attachments are shown as they were sent, and files for the code interpreter become those of the thread.',
      source: 'Assistants API guide: code interpreter',
      tests: [attachments('are shown with the message and given to the thread')],
    },
    {
      id: 'messages.attachments-search',
      promise: 'A file attached for search alone is not given to the code interpreter.',
      source: 'Assistants API guide: file search',
      tests: [attachments('for search leave the files of the code interpreter alone')],
    },
    {
      id: 'messages.attachments-whole',
      promise: 'An attachment without a file, without tools or with no tool is refused.',
      source: 'unconfirmed: safest for clients',
      tests: [
        messageContent('a message > is refused with an attachment of %s', 'a file without tools'),
        messageContent('a message > is refused with an attachment of %s', 'tools without a file'),
        messageContent('a message > is refused with an attachment of %s', 'no tools'),
      ],
    },
    {
      id: 'messages.attachments-tools',
      promise: 'An attachment for another tool than code_interpreter and file_search is refused.',
      source: 'OpenAPI: CreateMessageRequest',
      tests: [messageContent('a message > is refused with an attachment of %s', 'a function')],
    },
    {
      id: 'messages.attachments-unknown',
      promise: 'An attached file that does not exist is refused with its id.',
      source: 'unconfirmed: safest for clients',
      tests: [messageContent('a message > is refused with an attachment of %s', 'a file that does not exist')],
    },
    {
      id: 'messages.attachments-limit',
      promise: 'A thread takes at most 20 files for the code interpreter; a message with one more changes nothing.',
      source: 'OpenAPI: ThreadObject',
      tests: [attachments('that are too many, or unknown, change nothing')],
    },
    {
      id: 'messages.attachments-at-once',
      promise: 'Messages that are added at the same time all leave their files with the thread.',
      source: 'project requirement',
      tests: [attachments('are all there when messages are added at once')],
    },
    {
      id: 'messages.attachments-deleted-file',
      promise: 'A message keeps the id of an attached file that is deleted.',
      source: 'unconfirmed: safest for clients',
      tests: [messageContent('a message > keeps the id of an attached file that is deleted')],
    },
    {
      id: 'messages.update',
      promise: 'An update takes metadata alone, replaces them as a whole, and null clears them.',
      source: 'OpenAPI: ModifyMessageRequest',
      tests: [
        messageContent('a message > takes new metadata as a whole, and nothing else'),
        objects('messages > takes new metadata and is gone when deleted'),
      ],
    },
    {
      id: 'messages.delete',
      promise: 'A deleted message is answered as thread.message.deleted, is not found and is not listed any more.',
      source: 'OpenAPI: deleteMessage',
      tests: [objects('messages > takes new metadata and is gone when deleted')],
    },
    {
      id: 'messages.delete-model',
      promise: 'The model is sent nothing of deleted messages.',
      source: 'Assistants API guide: how it works',
      tests: [runSettings('what the model is sent > has nothing of deleted messages')],
    },
    {
      id: 'messages.other-thread',
      promise: 'A message of another thread is not found.',
      source: 'OpenAPI: getMessage',
      tests: [objects('messages > of another thread are not found')],
    },
    {
      id: 'messages.not-found',
      promise: 'A message that does not exist is a 404 with its id.',
      source: 'unconfirmed: safest for clients',
      tests: [refusals('of objects that do not exist > a message')],
    },
    {
      id: 'messages.list-pages',
      promise: 'Of 25 messages the first page has the 20 newest, says that there are more and leads to the other 5.',
      source: 'OpenAPI: listMessages',
      tests: [messageContent('messages of a thread > are paged: 25 of them are 20, newest first, and 5')],
    },
    {
      id: 'messages.list-same-second',
      promise: 'Messages of the same second keep the order they were given in.',
      source: 'recorded traffic 2025-10',
      tests: [
        messageContent('messages of a thread > are paged: 25 of them are 20, newest first, and 5'),
        objects('messages > are paged by the SDK, all 45 of them, either way'),
      ],
    },
    {
      id: 'messages.list-before',
      promise:
        'before gives the nearest messages ahead of another in the order asked for, and together with after those between two.',
      source: 'unconfirmed: safest for clients',
      tests: [
        messageContent('messages of a thread > are found before another, the nearest ones, in the order asked for'),
      ],
    },
    {
      id: 'messages.list-deleted-cursor',
      promise: 'A deleted message still says where a page begins or ends.',
      source: 'openai SDKs 4 to 7',
      tests: [
        messageContent('messages of a thread > are found behind one that is deleted'),
        objects('messages > are each visited once when deleted while paging'),
      ],
    },
    {
      id: 'messages.list-run',
      promise: 'run_id leaves the messages that this run wrote.',
      source: 'OpenAPI: listMessages',
      tests: [messageContent('messages of a thread > may be those of one run')],
    },
    {
      id: 'messages.many',
      promise: 'A thread of ten thousand messages is paged and answered like a short one.',
      source: 'project requirement',
      tests: [
        tenThousand('has its newest and its oldest on the first page of either order'),
        tenThousand('is paged to the other end, and says when it is reached'),
        tenThousand('is answered, from its latest messages'),
      ],
    },
    {
      id: 'messages.locked',
      promise:
        'A message to a thread with an active run is refused with 400 and both ids, and is not tried again by an SDK.',
      source: 'field reports',
      tests: [activeRuns('lock their thread > %s: one request, one refusal with both ids')],
    },
    {
      id: 'messages.image-url',
      promise: 'An image whose URL is neither http(s) nor an image as data is refused with its place.',
      source: 'OpenAPI: MessageContentImageUrlObject',
      tests: [images('are refused without an address')],
    },
    {
      id: 'messages.image-data',
      promise:
        'Images in their URL count as uploaded ones do: the oldest are left out where they are too many together.',
      source: 'project requirement',
      tests: [imagesOnTheWire('images in their URL count as uploaded ones do')],
    },
  ],
};
