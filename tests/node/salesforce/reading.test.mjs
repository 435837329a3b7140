import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect, control, truth, under } from './org.mjs';

const conn = connect();
const live = async stream => (await truth(stream)).filter(record => !record.deleted);

test('a query is read to its end over many locators', async () => {
  const records = await under([{ control: 'pages', size: 40 }], async () => {
    const found = [];
    const query = conn.query('SELECT Id, LastName, Account.Name FROM Contact').on('record', record => found.push(record));
    const result = await query.run({ autoFetch: true, maxFetch: 10000 });
    assert.equal(result.records.length, found.length);
    return found;
  });

  const expected = await live('Contact');
  assert.ok(records.length > 200);
  assert.deepEqual(records.map(record => record.Id).sort(), expected.map(record => record.id).sort());
  assert.ok(records.some(record => record.Account?.Name && record.Account.attributes.type === 'Account'));
});

test('pages are fetched by hand with queryMore', async () => {
  await under([{ control: 'pages', size: 100 }], async () => {
    const first = await conn.query('SELECT Id FROM Contact');
    assert.equal(first.done, false);
    const second = await conn.queryMore(first.nextRecordsUrl);
    assert.equal(second.totalSize, first.totalSize);
    assert.equal(new Set([...first.records, ...second.records].map(record => record.Id)).size, first.records.length + second.records.length);
  });
});

test('deleted rows are found by queryAll alone', async () => {
  const soql = 'SELECT Id, IsDeleted, MasterRecordId FROM Contact WHERE IsDeleted = true';
  const all = await conn.query(soql, { scanAll: true });
  assert.ok(all.totalSize > 0);
  assert.ok(all.records.every(record => record.IsDeleted));
  assert.equal((await conn.query(soql)).totalSize, 0);
});

test('objects and their fields are described', async () => {
  const global = await conn.describeGlobal();
  assert.ok(global.sobjects.some(object => object.name === 'Machine__c' && object.keyPrefix === 'a0X'));
  const contact = await conn.describe('Contact');
  assert.equal(contact.fields.find(field => field.name === 'AccountId').relationshipName, 'Account');
  assert.equal((await conn.sobject('Account').describe()).name, 'Account');
});

test('rows are counted, found and explained', async () => {
  const contacts = conn.sobject('Contact');
  assert.equal(await contacts.count(), (await live('Contact')).length);
  const some = await contacts.find({ LastName: { $like: '%e%' } }, 'Id, LastName').sort('LastName').limit(5).skip(1).execute();
  assert.equal(some.length, 5);
  const star = await contacts.find({}, '*').limit(3);
  assert.ok('MailingCity' in star[0] && 'SystemModstamp' in star[0]);
  const withCases = await conn.sobject('Account').select('Id').include('Contacts').select('Id, LastName').end().limit(200).execute();
  assert.ok(withCases.some(account => account.Contacts?.records.length > 0));
  assert.ok((await conn.query('SELECT Id FROM Contact').explain()).plans.length > 0);
});

test('many rows are retrieved by their ids in the order asked for', async () => {
  const ids = (await live('Contact')).slice(0, 250).map(record => record.id).reverse();
  const found = await conn.sobject('Contact').retrieve(ids);
  assert.deepEqual(found.map(record => record.Id), ids);
  assert.equal((await conn.sobject('Contact').retrieve(ids[0])).Id, ids[0]);
});

test('updated and deleted rows are listed by their window', async () => {
  const now = new Date((await control('clock', undefined, 'GET')).now);
  const made = await conn.sobject('Lead').create({ LastName: 'Window', Company: 'Window' });
  const gone = await conn.sobject('Lead').create({ LastName: 'Gone', Company: 'Gone' });
  await conn.sobject('Lead').destroy(gone.id);
  const [from, to] = [new Date(now - 3600e3), new Date(+now + 3600e3)];

  assert.ok((await conn.sobject('Lead').updated(from, to)).ids.includes(made.id));
  const deleted = await conn.sobject('Lead').deleted(from, to);
  assert.ok(deleted.deletedRecords.some(record => record.id === gone.id));
  assert.ok(deleted.earliestDateAvailable && deleted.latestDateCovered);
});

test('limits are told, and each answer tells of them', async () => {
  const limits = await conn.limits();
  assert.ok(limits.DailyApiRequests.Remaining <= limits.DailyApiRequests.Max);
  const { used, limit } = conn.limitInfo.apiUsage;
  assert.equal(limit, limits.DailyApiRequests.Max);
  assert.ok(used >= limits.DailyApiRequests.Max - limits.DailyApiRequests.Remaining);
});

test('the version is 50.0 unless another is asked for', async () => {
  const old = connect({ version: undefined });
  assert.equal(old.version, '50.0');
  await under([{ control: 'pages', size: 10 }], async () => {
    const page = await old.query('SELECT Id FROM Account');
    assert.match(page.nextRecordsUrl, /\/services\/data\/v50\.0\/query\//);
    assert.equal((await old.queryMore(page.nextRecordsUrl)).records.length, 10);
  });
});

test('refusals keep their code', async () => {
  await assert.rejects(conn.query('SELECT Horn FROM Contact'), { name: 'INVALID_FIELD' });
  await assert.rejects(conn.query('SELECT Id Contact'), { name: 'MALFORMED_QUERY' });
  await assert.rejects(conn.sobject('Contact').retrieve('0035e0000000000AAA'), { name: 'NOT_FOUND' });
});
