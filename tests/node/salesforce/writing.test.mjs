import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect, truth } from './org.mjs';

const conn = connect();
const accounts = conn.sobject('Account');
const held = async (stream, id) => (await truth(stream)).find(record => record.id === id);

test('a row is created, read, updated and deleted', async () => {
  const made = await accounts.create({ Name: 'Nordwind', NumberOfEmployees: 12, AnnualRevenue: 12500.5 });
  assert.deepEqual([made.success, made.errors], [true, []]);
  assert.equal((await accounts.retrieve(made.id)).Name, 'Nordwind');

  assert.equal((await accounts.update({ Id: made.id, Name: 'Südwind', Phone: null })).id, made.id);
  assert.equal((await held('Account', made.id)).properties.Name, 'Südwind');

  assert.equal((await accounts.destroy(made.id)).success, true);
  assert.equal((await held('Account', made.id)).deleted, 'archived');
  await assert.rejects(accounts.destroy(made.id), { name: 'ENTITY_IS_DELETED' });
});

test('a refusal names its fields', async () => {
  await assert.rejects(accounts.create({ Phone: '1' }), error => error.name === 'REQUIRED_FIELD_MISSING' && error.data.fields[0] === 'Name');
  await assert.rejects(conn.sobject('Contact').create({ LastName: 'V', Email: 'nonsense' }), { name: 'INVALID_EMAIL_ADDRESS' });
});

test('many rows are written at once and each has its own outcome', async () => {
  const made = await accounts.create([{ Name: 'A' }, { Phone: '1' }, { Name: 'C' }]);
  assert.deepEqual(made.map(result => result.success), [true, false, true]);
  assert.equal(made[1].errors[0].statusCode, 'REQUIRED_FIELD_MISSING');

  const updated = await accounts.update([{ Id: made[0].id, Name: 'A2' }, { Id: made[2].id, Horn: '1' }]);
  assert.deepEqual(updated.map(result => result.success), [true, false]);
  assert.equal((await held('Account', made[0].id)).properties.Name, 'A2');

  const all = await accounts.create([{ Name: 'D' }, { Phone: '1' }], { allOrNone: true });
  assert.deepEqual(all.map(result => result.errors[0].statusCode), ['ALL_OR_NONE_OPERATION_ROLLED_BACK', 'REQUIRED_FIELD_MISSING']);

  const destroyed = await accounts.destroy([made[0].id, made[2].id]);
  assert.deepEqual(destroyed.map(result => result.success), [true, true]);
});

test('more rows than a collection takes go in several', async () => {
  const made = await accounts.create(Array.from({ length: 450 }, (_, i) => ({ Name: `Many ${i}` })), { allowRecursive: true });
  assert.equal(new Set(made.map(result => result.id)).size, 450);
  assert.ok((await accounts.destroy(made.map(result => result.id), { allowRecursive: true })).every(result => result.success));
});

test('an upsert creates, updates and refuses', async () => {
  const first = await accounts.upsert({ Ext__c: 'node-1', Name: 'Made' }, 'Ext__c');
  assert.equal(first.created, true);
  const again = await accounts.upsert({ Ext__c: 'node-1', Name: 'Changed' }, 'Ext__c');
  assert.deepEqual([again.created, again.id], [false, first.id]);
  const many = await accounts.upsert([{ Ext__c: 'node-1', Name: 'Again' }, { Ext__c: 'node-2', Name: 'Two' }, { Ext__c: 'node-3' }], 'Ext__c');
  assert.deepEqual(many.map(result => [result.success, result.created]), [[true, false], [true, true], [false, undefined]]);
  assert.equal((await held('Account', first.id)).properties.Name, 'Again');
});
