import assert from 'node:assert/strict';
import { test } from 'node:test';
import { client, required } from './portal.mjs';

const kinds = {
  contacts: client.crm.contacts, companies: client.crm.companies, deals: client.crm.deals, tickets: client.crm.tickets,
  products: client.crm.products, lineItems: client.crm.lineItems, calls: client.crm.objects.calls, emails: client.crm.objects.emails,
  meetings: client.crm.objects.meetings, notes: client.crm.objects.notes, tasks: client.crm.objects.tasks,
};

for (const [kind, api] of Object.entries(kinds)) {
  let n = 0;
  const properties = () => required[kind](`${kind}.${++n}`);

  test(`${kind}: a record is created, read, changed and archived`, async () => {
    const created = await api.basicApi.create({ properties: properties(), associations: [] });
    assert.match(created.id, /^\d+$/);
    assert.ok(created.createdAt instanceof Date);

    const read = await api.basicApi.getById(created.id, ['hs_object_id', 'hubspot_owner_id', 'no_such_property']);
    assert.equal(read.properties.hs_object_id, created.id);
    assert.equal(read.properties.hubspot_owner_id, null);
    assert.equal('no_such_property' in read.properties, false);

    const changed = await api.basicApi.update(created.id, { properties: { hubspot_owner_id: '6391204' } });
    assert.equal(changed.properties.hubspot_owner_id, '6391204');

    await api.basicApi.archive(created.id);
    await assert.rejects(api.basicApi.getById(created.id), error => error.code === 404);
    const binned = await api.basicApi.getById(created.id, undefined, undefined, undefined, true);
    assert.equal(binned.archived, true);
    assert.ok(binned.archivedAt instanceof Date);
  });

  test(`${kind}: batches create, read, update, upsert and archive`, async () => {
    const created = await api.batchApi.create({ inputs: [{ properties: properties(), associations: [] }, { properties: properties(), associations: [] }] });
    assert.equal(created.status, 'COMPLETE');
    const ids = created.results.map(record => record.id);
    assert.equal(ids.length, 2);

    const read = await api.batchApi.read({ inputs: ids.map(id => ({ id })), properties: ['hs_object_id'], propertiesWithHistory: [] });
    assert.deepEqual(read.results.map(record => record.id).sort(), [...ids].sort());

    const partly = await api.batchApi.read({ inputs: [{ id: ids[0] }, { id: '1' }], properties: [], propertiesWithHistory: [] });
    assert.equal(partly.results.length, 1);
    assert.equal(partly.numErrors, 1);
    assert.deepEqual(partly.errors[0].context.ids, ['1']);

    const updated = await api.batchApi.update({ inputs: ids.map(id => ({ id, properties: { hubspot_owner_id: '6391211' } })) });
    assert.ok(updated.results.every(record => record.properties.hubspot_owner_id === '6391211'));

    const upserted = await api.batchApi.upsert({ inputs: [{ id: ids[0], idProperty: 'hs_object_id', properties: { hubspot_owner_id: '6391218' } }] });
    assert.equal(upserted.results[0].properties.hubspot_owner_id, '6391218');

    await api.batchApi.archive({ inputs: ids.map(id => ({ id })) });
    const gone = await api.batchApi.read({ inputs: ids.map(id => ({ id })), properties: [], propertiesWithHistory: [] });
    assert.equal(gone.results.length, 0);
  });

  test(`${kind}: every record is reached page by page, in the order of ids`, async () => {
    const ids = [];
    for (let after; ;) {
      const page = await api.basicApi.getPage(3, after, ['hs_object_id']);
      ids.push(...page.results.map(record => record.id));
      if (!page.paging) break;
      after = page.paging.next.after;
      if (ids.length > 60) break;
    }
    assert.deepEqual(ids, [...new Set(ids)]);
    assert.deepEqual(ids, [...ids].sort((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1)));
    if (!api.getAll) return; // Activities have none.
    const all = await api.getAll(undefined, undefined, ['hs_object_id']);
    assert.ok(ids.every(id => all.some(record => record.id === id)));
  });

  test(`${kind}: search filters and sorts, and tells the total`, async () => {
    const created = await api.basicApi.create({ properties: properties(), associations: [] });
    const found = await api.searchApi.doSearch({
      filterGroups: [{ filters: [{ propertyName: 'hs_object_id', operator: 'GTE', value: created.id }] }],
      sorts: ['hs_object_id'], properties: ['hs_object_id'], limit: 10, after: '0',
    });
    assert.equal(found.total, found.results.length);
    assert.equal(found.results[0].id, created.id);
  });
}

test('getAll returns every contact once', async () => {
  const all = await client.crm.contacts.getAll(100, undefined, ['email']);
  assert.equal(new Set(all.map(contact => contact.id)).size, all.length);
  const counted = await client.crm.contacts.searchApi.doSearch({ limit: 1 });
  assert.equal(all.length, counted.total);
});

test('a merge makes a third record that answers for both', async () => {
  const [first, second] = await Promise.all([1, 2].map(n =>
    client.crm.contacts.basicApi.create({ properties: { email: `merge.${n}@example.com`, firstname: `M${n}` }, associations: [] })));
  const survivor = await client.crm.contacts.basicApi.merge({ primaryObjectId: first.id, objectIdToMerge: second.id });
  assert.ok(![first.id, second.id].includes(survivor.id));
  const asked = await client.crm.contacts.basicApi.getById(second.id, ['firstname', 'hs_merged_object_ids']);
  assert.equal(asked.id, survivor.id);
  assert.equal(asked.properties.firstname, 'M1');
  assert.equal(asked.properties.hs_merged_object_ids, `${first.id};${second.id}`);
});

test('a GDPR delete leaves no trace', async () => {
  const person = await client.crm.contacts.basicApi.create({ properties: { email: 'forget@example.com' }, associations: [] });
  await client.crm.contacts.basicApi.purge({ objectId: person.id });
  await assert.rejects(client.crm.contacts.basicApi.getById(person.id, undefined, undefined, undefined, true), error => error.code === 404);
});

test('contacts are upserted by a unique property', async () => {
  const input = { id: 'upsert@example.com', idProperty: 'email', properties: { firstname: 'Up' } };
  const first = await client.crm.contacts.batchApi.upsert({ inputs: [input] });
  assert.equal(first.results[0]._new, true);
  const again = await client.crm.contacts.batchApi.upsert({ inputs: [{ ...input, properties: { firstname: 'Upper' } }] });
  assert.equal(again.results[0]._new, false);
  assert.equal(again.results[0].id, first.results[0].id);
});

test('custom objects are read by type id through the generic API', async () => {
  const { results } = await client.crm.schemas.coreApi.getAll();
  const machine = results.find(schema => schema.name === 'machine');
  assert.match(machine.objectTypeId, /^2-\d+$/);
  const one = await client.crm.schemas.coreApi.getById(machine.objectTypeId);
  assert.equal(one.fullyQualifiedName, machine.fullyQualifiedName);

  const type = machine.objectTypeId;
  const created = await client.crm.objects.basicApi.create(type, { properties: { serial: 'SN-1' }, associations: [] });
  const page = await client.crm.objects.basicApi.getPage(type, 5, undefined, ['serial']);
  assert.equal(page.results.length, 5);
  const batch = await client.crm.objects.batchApi.read(type, { inputs: [{ id: created.id }], properties: ['serial'], propertiesWithHistory: [] });
  assert.equal(batch.results[0].properties.serial, 'SN-1');
  const found = await client.crm.objects.searchApi.doSearch(type, {
    filterGroups: [{ filters: [{ propertyName: 'serial', operator: 'EQ', value: 'SN-1' }] }], sorts: [], properties: ['serial'], limit: 10, after: '0',
  });
  assert.equal(found.results[0].id, created.id);
  await client.crm.objects.basicApi.archive(type, created.id);
});
