import assert from 'node:assert/strict';
import { test } from 'node:test';
import { client } from './portal.mjs';

test('owners are paged, and archived ones come apart', async () => {
  const first = await client.crm.owners.ownersApi.getPage(undefined, undefined, 2);
  assert.equal(first.results.length, 2);
  const second = await client.crm.owners.ownersApi.getPage(undefined, first.paging.next.after, 500);
  assert.ok(second.results.every(owner => owner.archived === false));
  const archived = await client.crm.owners.ownersApi.getPage(undefined, undefined, 500, true);
  assert.ok(archived.results.length > 0);
  assert.ok(archived.results.every(owner => owner.archived));
  const one = await client.crm.owners.ownersApi.getById(Number(first.results[0].id));
  assert.equal(one.email, first.results[0].email);
});

test('pipelines come with their stages', async () => {
  const { results } = await client.crm.pipelines.pipelinesApi.getAll('deals');
  assert.ok(results.some(pipeline => pipeline.id === 'default'));
  const stages = await client.crm.pipelines.pipelineStagesApi.getAll('deals', 'default');
  assert.equal(stages.results[0].metadata.isClosed, 'false');
});

test('properties are listed, created, changed and archived', async () => {
  const listed = await client.crm.properties.coreApi.getAll('contacts');
  assert.ok(listed.results.some(property => property.name === 'lastmodifieddate'));

  const created = await client.crm.properties.coreApi.create('contacts', {
    name: 'node_tier', label: 'Tier', type: 'enumeration', fieldType: 'select', groupName: 'contactinformation',
    options: [{ label: 'Gold', value: 'gold', displayOrder: 0, hidden: false }],
  });
  assert.equal(created.options[0].value, 'gold');
  const changed = await client.crm.properties.coreApi.update('contacts', 'node_tier', { label: 'Level' });
  assert.equal(changed.label, 'Level');
  assert.equal(changed.options.length, 1);
  const read = await client.crm.properties.coreApi.getByName('contacts', 'node_tier');
  assert.equal(read.label, 'Level');
  await client.crm.properties.coreApi.archive('contacts', 'node_tier');
  await assert.rejects(client.crm.properties.coreApi.getByName('contacts', 'node_tier'), error => error.code === 404);
});

test('properties are created, read and archived in batches', async () => {
  const property = name => ({ name, label: name, type: 'string', fieldType: 'text', groupName: 'dealinformation' });
  const created = await client.crm.properties.batchApi.create('deals', { inputs: [property('node_a'), property('node_b')] });
  assert.equal(created.results.length, 2);
  const read = await client.crm.properties.batchApi.read('deals', { inputs: [{ name: 'node_a' }, { name: 'amount' }], archived: false });
  assert.equal(read.results.length, 2);
  await client.crm.properties.batchApi.archive('deals', { inputs: [{ name: 'node_a' }, { name: 'node_b' }] });
});

test('property groups are listed, created, changed and archived', async () => {
  await client.crm.properties.groupsApi.create('contacts', { name: 'node_group', label: 'Node', displayOrder: -1 });
  const changed = await client.crm.properties.groupsApi.update('contacts', 'node_group', { label: 'Nodes' });
  assert.equal(changed.label, 'Nodes');
  const all = await client.crm.properties.groupsApi.getAll('contacts');
  assert.ok(all.results.some(group => group.name === 'node_group'));
  await client.crm.properties.groupsApi.archive('contacts', 'node_group');
});

test('account, counts and exports answer raw requests', async () => {
  const details = await (await client.apiRequest({ path: '/account-info/v3/details' })).json();
  assert.equal(typeof details.portalId, 'number');
  const counts = await (await client.apiRequest({ path: '/crm/v3/limits/records' })).json();
  assert.ok(counts.hubspotDefinedObjectTypes.find(type => type.objectTypeId === '0-1').usage > 0);
  const usage = await (await client.apiRequest({ path: '/account-info/v3/api-usage/daily/private-apps' })).json();
  assert.equal(usage.results[0].fetchStatus, 'SUCCESS');
});
