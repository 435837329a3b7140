import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect, control, truth, under, url } from './workspace.mjs';

const client = connect();

test('the workspace says who it is', async () => {
  const me = await client.admins.identify();
  assert.deepEqual([me.app.timezone, me.app.region, me.email_verified], ['Europe/Dublin', 'US', true]);
});

test('admins, teams, tags and segments come whole', async () => {
  const ids = list => list.map(each => each.id).toSorted();
  assert.deepEqual(ids((await client.admins.list()).admins), ids(await truth('admins')));
  assert.deepEqual(ids((await client.teams.list()).teams), ids(await truth('teams')));
  assert.deepEqual(ids((await client.tags.list()).data), ids((await truth('tags')).filter(tag => tag.deleted === null)));
  assert.deepEqual(ids((await client.segments.list({ include_count: true })).segments), ids(await truth('segments')));
  assert.equal((await client.admins.find({ admin_id: '7001' })).id, '7001');
  assert.equal((await client.teams.find({ team_id: '814865' })).id, '814865');
});

test('an attribute is defined, changed and archived', async () => {
  const made = await client.dataAttributes.create({ name: 'node_level', model: 'contact', data_type: 'string', options: [{ value: '1-10' }, { value: '11-50' }] });
  assert.deepEqual([made.full_name, made.options], ['custom_attributes.node_level', ['1-10', '11-50']]);
  await client.dataAttributes.update({ data_attribute_id: made.id, body: { archived: true } });
  const names = async all => (await client.dataAttributes.list({ model: 'contact', include_archived: all })).data.map(attribute => attribute.name);
  assert.deepEqual([(await names(false)).includes('node_level'), (await names(true)).includes('node_level')], [false, true]);
  await assert.rejects(client.dataAttributes.create({ name: 'plan_tier', model: 'company', data_type: 'string' }), { statusCode: 400 });
});

test('notes are written and read', async () => {
  const [contact] = await truth('contacts');
  const note = await client.notes.create({ contact_id: contact.id, body: 'Noted', admin_id: '7002' });
  assert.equal((await client.notes.find({ note_id: note.id })).author.id, '7002');
});

test('a wrong token is refused, and a budget that is used up is waited for', async () => {
  await under([{ control: 'expire', what: 'token' }], async () => {
    await client.admins.identify().catch(() => {});
    await assert.rejects(client.admins.identify(), { statusCode: 401 });
  });
  await under([{ control: 'quota', bucket: 'burst', limit: 1, foreign: 1 }], async () => {
    const answer = await fetch(`${url}/me`, { headers: { Authorization: 'Bearer node' } });
    assert.deepEqual([answer.status, answer.headers.get('x-ratelimit-remaining'), (await answer.json()).errors[0].code], [429, '0', 'rate_limit_exceeded']);
    await control('clock', { advance: 'PT10S' });
    assert.equal((await fetch(`${url}/me`, { headers: { Authorization: 'Bearer node' } })).status, 200);
  });
});
