import assert from 'node:assert/strict';
import { test } from 'node:test';
import { IntercomError } from 'intercom-client';
import { all, connect, living, truth } from './workspace.mjs';

const client = connect();

test('the list shows every live contact once, page after page', async () => {
  const ids = (await all(client.contacts.list({ per_page: 37 }))).map(contact => contact.id);
  assert.deepEqual(ids.toSorted(), (await living('contacts')).map(record => record.id).toSorted());
});

test('a search shows what fits, in the order asked for', async () => {
  const found = await all(client.contacts.search({
    query: { operator: 'AND', value: [{ field: 'role', operator: '=', value: 'lead' }, { field: 'created_at', operator: '>', value: 0 }] },
    sort: { field: 'updated_at', order: 'descending' }, pagination: { per_page: 20 },
  }));
  assert.deepEqual(found.map(contact => contact.id).toSorted(), (await living('contacts')).filter(record => record.properties.role === 'lead').map(record => record.id).toSorted());
  const stamps = found.map(contact => contact.updated_at);
  assert.deepEqual(stamps, stamps.toSorted((left, right) => right - left));
});

test('a contact is created, read, changed, archived, brought back and deleted', async () => {
  const made = await client.contacts.create({ email: 'node@example.com', name: 'Nóra', role: 'user', external_id: 'node-1', custom_attributes: { plan_tier: 'gold', seats: 3 } });
  assert.equal(made.custom_attributes.plan_tier, 'gold');
  assert.equal((await client.contacts.find({ contact_id: made.id })).name, 'Nóra');
  assert.equal((await client.contacts.showContactByExternalId({ external_id: 'node-1' })).id, made.id);

  const changed = await client.contacts.update({ contact_id: made.id, name: 'Nora', phone: null, custom_attributes: { seats: 4 } });
  assert.deepEqual([changed.name, changed.custom_attributes], ['Nora', { plan_tier: 'gold', seats: 4 }]);

  assert.equal((await client.contacts.archive({ contact_id: made.id })).archived, true);
  assert.equal((await truth('contacts')).find(record => record.id === made.id).deleted, 'archived');
  assert.equal((await client.contacts.unarchive({ contact_id: made.id })).archived, false);
  assert.equal((await client.contacts.delete({ contact_id: made.id })).deleted, true);
  await assert.rejects(client.contacts.find({ contact_id: made.id }), { statusCode: 404 });
});

test('what is taken or unknown is refused', async () => {
  const made = await client.contacts.create({ email: 'taken@example.com', role: 'user' });
  await assert.rejects(client.contacts.create({ email: 'Taken@example.com', role: 'user' }),
    error => error.statusCode === 409 && error.body.errors[0].message === `A contact matching those details already exists with id=${made.id}`);
  await assert.rejects(client.contacts.update({ contact_id: made.id, custom_attributes: { horn: 1 } }), error => error.statusCode === 400 && error.body.errors[0].code === 'parameter_invalid');
});

test('a merged lead is gone, and leads to the user it became', async () => {
  const user = await client.contacts.create({ email: 'merge@example.com', role: 'user' });
  const lead = await client.contacts.create({ email: 'merge@example.com', role: 'lead', name: 'From the lead' });
  const merged = await client.contacts.mergeLeadInUser({ from: lead.id, into: user.id });
  assert.deepEqual([merged.id, merged.name], [user.id, 'From the lead']);
  await assert.rejects(client.contacts.find({ contact_id: lead.id }), error =>
    error instanceof IntercomError && error.statusCode === 410 && error.rawResponse.headers.get('link') === `</contacts/${user.id}>; rel="canonical"`);
  await assert.rejects(connect('2.15').contacts.find({ contact_id: lead.id }), { statusCode: 404 });
});

test('a contact has companies, tags, segments and subscriptions', async () => {
  const contact = await client.contacts.create({ email: 'linked@example.com', role: 'user' });
  const company = await client.companies.createOrUpdate({ company_id: 'node-linked', name: 'Linked' });
  const tag = await client.tags.create({ name: 'node tag' });
  await client.companies.attachContact({ contact_id: contact.id, id: company.id });
  await client.tags.tagContact({ contact_id: contact.id, id: tag.id });
  assert.deepEqual((await client.contacts.listAttachedTags({ contact_id: contact.id })).data.map(each => each.id), [tag.id]);
  assert.deepEqual((await client.contacts.find({ contact_id: contact.id })).companies.data.map(each => each.id), [company.id]);
  assert.ok((await client.contacts.listAttachedSegments({ contact_id: contact.id })).data);
  assert.ok((await client.contacts.listAttachedSubscriptions({ contact_id: contact.id })).data);
  await client.companies.detachContact({ contact_id: contact.id, company_id: company.id });
  await client.tags.untagContact({ contact_id: contact.id, tag_id: tag.id });
  assert.deepEqual((await client.contacts.find({ contact_id: contact.id })).tags.data, []);
});
