import assert from 'node:assert/strict';
import { test } from 'node:test';
import { all, call, connect, living, truth } from './workspace.mjs';

const client = connect();

test('lists and searches show conversations without what was said in them', async () => {
  const listed = await all(client.conversations.list({ per_page: 20 }));
  assert.deepEqual(listed.map(each => each.id).toSorted(), (await living('conversations')).map(record => record.id).toSorted());
  assert.ok(listed.every(each => each.conversation_parts === undefined));
  const open = await all(client.conversations.search({ query: { field: 'state', operator: '=', value: 'closed' }, pagination: { per_page: 5 } }));
  assert.equal(open.length, (await living('conversations')).filter(record => record.properties.state === 'closed').length);
});

test('a conversation is begun, answered, assigned, snoozed, closed, opened and deleted', async () => {
  const contact = await client.contacts.create({ email: 'talker@example.com', name: 'Tal', role: 'user' });
  const message = await client.conversations.create({ from: { type: 'user', id: contact.id }, body: 'Hello' });
  const id = message.conversation_id;
  const replied = await client.conversations.reply({ conversation_id: id, body: { message_type: 'comment', type: 'user', intercom_user_id: contact.id, body: 'Anybody?' } });
  assert.deepEqual(replied.conversation_parts.conversation_parts.map(part => [part.part_type, part.body, part.author.type]), [['comment', '<p>Anybody?</p>', 'user']]);
  await client.conversations.reply({ conversation_id: id, body: { message_type: 'comment', type: 'admin', admin_id: '7001', body: 'Me.' } });
  const manage = body => client.conversations.manage({ conversation_id: id, body });
  assert.equal((await manage({ message_type: 'assignment', type: 'admin', admin_id: '7001', assignee_id: '7002' })).admin_assignee_id, 7002);
  assert.equal((await manage({ message_type: 'snoozed', admin_id: '7001', snoozed_until: 1900000000 })).state, 'snoozed');
  assert.equal((await manage({ message_type: 'close', type: 'admin', admin_id: '7001' })).open, false);
  assert.equal((await manage({ message_type: 'open', admin_id: '7001' })).state, 'open');
  assert.equal((await client.conversations.update({ conversation_id: id, title: 'Named', read: true, custom_attributes: { topic: 'bug' } })).title, 'Named');
  assert.equal((await client.conversations.find({ conversation_id: id })).conversation_parts.total_count, 6);

  await client.conversations.deleteConversation({ conversation_id: id });
  await assert.rejects(client.conversations.find({ conversation_id: id }), { statusCode: 404 });
  const deleted = await call('GET', '/conversations/deleted?per_page=1');
  assert.equal(deleted.body.conversations[0].id, id);
  assert.equal((await call('GET', '/conversations/deleted', undefined, { 'Intercom-Version': '2.15' })).body.errors[0].code, 'intercom_version_invalid');
});

test('the longest conversation shows its latest 500 parts and counts them all', async () => {
  const id = (await truth('conversations'))[3].id;
  const parts = (await client.conversations.find({ conversation_id: id })).conversation_parts;
  assert.deepEqual([parts.conversation_parts.length, parts.total_count], [500, 600]);
});
