import assert from 'node:assert/strict';
import { test } from 'node:test';
import { all, connect, control, truth, under } from './workspace.mjs';

const client = connect();

test('the list shows companies with people until a page is empty', async () => {
  const ids = (await all(client.companies.list({ per_page: 7 }))).map(company => company.id);
  const withPeople = (await truth('companies')).filter(record => record.deleted === null && Number(record.properties.user_count) > 0);
  assert.deepEqual(ids.toSorted(), withPeople.map(record => record.id).toSorted());
});

test('the scroll shows them all, the archived ones too, and ends', async () => {
  const ids = (await all(client.companies.scroll())).map(company => company.id);
  assert.deepEqual(ids.toSorted(), (await truth('companies')).map(record => record.id).toSorted());
  assert.equal((await all(client.companies.scroll())).length, ids.length);
});

test('a scroll is alone until it has been idle for a minute, or ends', async () => {
  const [first] = (await client.companies.scroll()).data;
  await assert.rejects(client.companies.scroll(), error => error.statusCode === 400 && error.body.errors[0].code === 'scroll_exists');
  await control('clock', { advance: 'PT61S' });
  assert.equal((await client.companies.scroll()).data[0].id, first.id);
  await control('faults', { control: 'expire', what: 'scroll' });
  assert.ok((await client.companies.scroll()).data);
  await control('faults', { control: 'expire', what: 'scroll' });
});

test('a company is made once for its key, read, changed and archived a little later', async () => {
  const made = await client.companies.createOrUpdate({ company_id: 'node-1', name: 'Nordwind', plan: 'Pro', monthly_spend: 12, custom_attributes: { branches: '3' } });
  assert.equal((await client.companies.createOrUpdate({ company_id: 'node-1', name: 'Nordwind AG' })).id, made.id);
  assert.deepEqual([made.plan.name, made.custom_attributes], ['Pro', { branches: 3 }]);
  assert.equal((await client.companies.retrieve({ company_id: 'node-1' })).name, 'Nordwind AG');
  assert.equal((await client.companies.find({ company_id: made.id })).monthly_spend, 12);
  assert.equal((await client.companies.update({ company_id: made.id, body: { name: 'Südwind' } })).name, 'Südwind');
  assert.equal((await client.companies.delete({ company_id: made.id })).deleted, true);
  assert.equal((await client.companies.find({ company_id: made.id })).name, 'Südwind');
  await control('clock', { advance: 'PT5S' });
  await assert.rejects(client.companies.find({ company_id: made.id }), { statusCode: 404 });
});

test('an error of the server is tried again, and ends a scroll', async () => {
  await under([{ control: 'fault', endpoint: 'company-list', status: 500, times: 1 }], async () =>
    assert.ok((await client.companies.list({ per_page: 1 })).data.length));
  await client.companies.scroll();
  await under([{ control: 'fault', endpoint: 'scroll', status: 500, times: 1 }], async () =>
    assert.ok((await client.companies.scroll()).data.length));
  await control('faults', { control: 'expire', what: 'scroll' });
});
