import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { client, control, refusal, url } from './portal.mjs';

const contacts = client.crm.contacts;

afterEach(() => control('faults', undefined, 'DELETE'));

test('401: a token that expired', async () => {
  await control('faults', [{ control: 'fault', endpoint: 'get', status: 401, times: 1 }]);
  const { status, body } = await refusal(() => contacts.basicApi.getById('1'));
  assert.equal(status, 401);
  assert.equal(body.category, 'EXPIRED_AUTHENTICATION');
});

test('403: a scope is missing, by name', async () => {
  await control('faults', [{ control: 'forbid', stream: 'deals' }]);
  const { status, body } = await refusal(() => client.crm.deals.basicApi.getPage());
  assert.equal(status, 403);
  assert.deepEqual(body.errors[0].context.requiredGranularScopes, ['crm.objects.deals.read']);
  assert.ok((await contacts.basicApi.getPage(1)).results);
});

test('404: an unknown record', async () => {
  assert.equal((await refusal(() => contacts.basicApi.getById('1'))).status, 404);
  assert.equal((await refusal(() => contacts.basicApi.getById('abc'))).body.category, 'OBJECT_NOT_FOUND');
});

test('409: an e-mail address that is taken, with the id that has it', async () => {
  const first = await contacts.basicApi.create({ properties: { email: 'taken@example.com' }, associations: [] });
  const { status, body } = await refusal(() => contacts.basicApi.create({ properties: { email: 'Taken@example.com' }, associations: [] }));
  assert.equal(status, 409);
  assert.equal(body.message, `Contact already exists. Existing ID: ${first.id}`);
});

test('400: a wrong option, and a property that does not exist', async () => {
  const wrong = await refusal(() => contacts.basicApi.create({ properties: { email: 'x@example.com', lifecyclestage: 'HUGE' }, associations: [] }));
  assert.equal(wrong.status, 400);
  assert.equal(wrong.body.errors[0].code, 'INVALID_OPTION');
  const unknown = await refusal(() => contacts.basicApi.create({ properties: { agee: '1' }, associations: [] }));
  assert.equal(unknown.body.errors[0].code, 'PROPERTY_DOESNT_EXIST');
});

test('400: a search past 10,000 rows, with too many filters, or two sorts', async () => {
  const search = body => refusal(() => contacts.searchApi.doSearch(body));
  assert.equal((await search({ limit: 100, after: '10000' })).status, 400);
  const filter = { propertyName: 'email', operator: 'HAS_PROPERTY' };
  assert.equal((await search({ filterGroups: Array.from({ length: 6 }, () => ({ filters: [filter] })) })).status, 400);
  assert.equal((await search({ sorts: ['email', 'firstname'] })).status, 400);
  assert.equal((await search({ limit: 201 })).status, 400);
});

test('207: one bad input of a batch with trace ids', async () => {
  const answer = await contacts.batchApi.create({
    inputs: [
      { properties: { email: 'good@example.com' }, associations: [], objectWriteTraceId: 't1' },
      { properties: { agee: '1' }, associations: [], objectWriteTraceId: 't2' },
    ],
  });
  assert.equal(answer.results.length, 1);
  assert.equal(answer.numErrors, 1);
  assert.deepEqual(answer.errors[0].context.objectWriteTraceId, ['t2']);
});

test('429: three shapes', async () => {
  await control('faults', [{ control: 'quota', bucket: 'burst', limit: 1, foreign: 1 }]);
  const burst = await refusal(() => contacts.basicApi.getPage(1));
  assert.equal(burst.status, 429);
  assert.equal(burst.body.policyName, 'TEN_SECONDLY_ROLLING');
  await control('faults', undefined, 'DELETE');

  await control('faults', [{ control: 'quota', bucket: 'daily', limit: 10, foreign: 10 }]);
  assert.equal((await refusal(() => contacts.basicApi.getPage(1))).body.policyName, 'DAILY');
  await control('faults', undefined, 'DELETE');

  await control('faults', [{ control: 'quota', bucket: 'search', limit: 0 }]);
  const search = await refusal(() => contacts.searchApi.doSearch({}));
  assert.equal(search.body.message, 'You have reached your secondly limit.');
  assert.equal(search.body.policyName, undefined);
});

test('477 and 502 reach the caller', async () => {
  await control('faults', [{ control: 'fault', endpoint: 'list', status: 477, headers: { 'Retry-After': '3600' }, body: '{"message":"migrating"}', times: 1 }]);
  assert.equal((await refusal(() => contacts.basicApi.getPage(1))).status, 477);
  await control('faults', [{ control: 'fault', endpoint: 'list', status: 502, times: 1 }]);
  assert.equal((await refusal(() => contacts.basicApi.getPage(1))).status, 502);
});

test('an unknown path is HTML, and quota headers come with everything but search', async () => {
  const headers = { authorization: 'Bearer x' };
  const unknown = await fetch(`${url}/crm/v9/nothing`, { headers });
  assert.match(unknown.headers.get('content-type'), /html/);
  const list = await fetch(`${url}/crm/v3/objects/contacts`, { headers });
  assert.ok(list.headers.has('x-hubspot-ratelimit-remaining'));
  assert.ok(list.headers.has('x-hubspot-correlation-id'));
  const search = await fetch(`${url}/crm/v3/objects/contacts/search`, { method: 'POST', headers });
  assert.ok(!search.headers.has('x-hubspot-ratelimit-remaining'));
});
