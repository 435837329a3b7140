import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { client } from './portal.mjs';

let contact;
let lonely;
let company;

before(async () => {
  contact = await client.crm.contacts.basicApi.create({ properties: { email: 'linked@example.com' }, associations: [] });
  lonely = await client.crm.contacts.basicApi.create({ properties: { email: 'lonely@example.com' }, associations: [] });
  company = await client.crm.companies.basicApi.create({ properties: { name: 'Linked AG' }, associations: [] });
});

const v4 = client.crm.associations.v4;

test('a label is defined, put on a link, read and taken off', async () => {
  const defined = await v4.schema.definitionsApi.create('contacts', 'companies', { label: 'Reseller', name: 'reseller' });
  const { typeId, category } = defined.results[0];
  await v4.basicApi.create('contacts', contact.id, 'companies', company.id, [{ associationCategory: category, associationTypeId: typeId }]);

  const labels = await v4.schema.definitionsApi.getAll('contacts', 'companies');
  assert.ok(labels.results.some(label => label.label === 'Reseller'));

  const links = await v4.basicApi.getPage('contacts', contact.id, 'companies');
  assert.equal(String(links.results[0].toObjectId), company.id);
  assert.deepEqual(links.results[0].associationTypes.map(type => type.label).sort(), ['Reseller', null].sort());

  const back = await v4.basicApi.getPage('companies', company.id, 'contacts');
  assert.equal(String(back.results[0].toObjectId), contact.id);

  await v4.batchApi.archiveLabels('contacts', 'companies', {
    inputs: [{ _from: { id: contact.id }, to: { id: company.id }, types: [{ associationCategory: category, associationTypeId: typeId }] }],
  });
  const after = await v4.basicApi.getPage('contacts', contact.id, 'companies');
  assert.deepEqual(after.results[0].associationTypes.map(type => type.label), [null]);
});

test('links are made by default, read in batches with 207 for a record without any, and removed', async () => {
  await v4.basicApi.createDefault('contacts', contact.id, 'companies', company.id);
  const read = await v4.batchApi.getPage('contacts', 'companies', { inputs: [{ id: contact.id }, { id: lonely.id }] });
  assert.equal(read.results[0]._from.id, contact.id);
  assert.equal(read.errors[0].subCategory, 'crm.associations.NO_ASSOCIATIONS_FOUND');
  assert.deepEqual(read.errors[0].context.fromObjectId, [lonely.id]);

  await v4.basicApi.archive('contacts', contact.id, 'companies', company.id);
  assert.equal((await v4.basicApi.getPage('contacts', contact.id, 'companies')).results.length, 0);
});

test('links are made and removed in batches', async () => {
  const created = await v4.batchApi.create('contacts', 'companies', {
    inputs: [{ _from: { id: contact.id }, to: { id: company.id }, types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 1 }] }],
  });
  assert.equal(created.results.length, 1);
  await v4.batchApi.createDefault('contacts', 'companies', { inputs: [{ _from: { id: lonely.id }, to: { id: company.id } }] });
  assert.equal((await v4.basicApi.getPage('companies', company.id, 'contacts')).results.length, 2);
  await v4.batchApi.archive('contacts', 'companies', { inputs: [contact, lonely].map(from => ({ _from: { id: from.id }, to: [{ id: company.id }] })) });
  assert.equal((await v4.basicApi.getPage('companies', company.id, 'contacts')).results.length, 0);
});

test('more than a hundred links of one record are paged within the batch reply', async () => {
  const inputs = Array.from({ length: 100 }, (_, i) => i);
  const ids = [];
  for (const round of [1, 2]) {
    const made = await client.crm.contacts.batchApi.create({
      inputs: inputs.map(i => ({ properties: { email: `crowd.${round}.${i}@example.com` }, associations: [] })),
    });
    ids.push(...made.results.map(record => record.id));
  }
  await v4.batchApi.createDefault('companies', 'contacts', { inputs: ids.map(id => ({ _from: { id: company.id }, to: { id } })) });
  const seen = [];
  for (let after; ;) {
    const page = await v4.batchApi.getPage('companies', 'contacts', { inputs: [{ id: company.id, after }] });
    seen.push(...page.results[0].to.map(target => String(target.toObjectId)));
    after = page.results[0].paging?.next.after;
    if (!after) break;
  }
  assert.deepEqual([...new Set(seen)].sort(), [...ids].sort());
  assert.equal(seen.length, 200);
});
