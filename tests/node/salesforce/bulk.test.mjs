import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect, truth, under } from './org.mjs';

const conn = connect();
const polling = { pollInterval: 10, pollTimeout: 10000 };

test('a bulk query streams every row', async () => {
  const rows = await (await conn.bulk2.query('SELECT Id, LastName, Description FROM Contact', polling)).toArray();
  const expected = (await truth('Contact')).filter(record => !record.deleted);

  assert.equal(rows.length, expected.length);
  const byId = new Map(expected.map(record => [record.id, record.properties]));
  for (const row of rows) {
    assert.equal(row.LastName, byId.get(row.Id).LastName ?? '');
    assert.equal(row.Description, byId.get(row.Id).Description ?? '');
  }
});

test('deleted rows come when asked for', async () => {
  const rows = await (await conn.bulk2.query('SELECT Id, IsDeleted FROM Contact', { ...polling, scanAll: true })).toArray();
  assert.ok(rows.some(row => row.IsDeleted === 'true'));
});

test('a query that cannot be a job is refused, and a job that fails says so', async () => {
  await assert.rejects(conn.bulk2.query('SELECT Id, MailingAddress FROM Contact', polling), /Selecting compound data not supported in Bulk Query/);
  await under([{ control: 'job', endpoint: 'bulk-create', end: 'failed' }],
    () => assert.rejects(conn.bulk2.query('SELECT Id FROM Contact', polling), /Query job failed to complete/));
});

test('rows are loaded and all three files read', async () => {
  const results = await conn.bulk2.loadAndWaitForResults({
    object: 'Account', operation: 'insert', input: [{ Name: 'Bulk 1', Phone: '1' }, { Name: '', Phone: '2' }, { Name: 'Bulk, "3"\nline', Phone: '3' }], ...polling,
  });

  assert.deepEqual(results.successfulResults.map(row => [row.Name, row.sf__Created]), [['Bulk 1', 'true'], ['Bulk, "3"\nline', 'true']]);
  assert.deepEqual(results.failedResults.map(row => [row.Phone, row.sf__Error]), [['2', 'REQUIRED_FIELD_MISSING:Required fields are missing: [Name]:Name --']]);
  assert.deepEqual(results.unprocessedRecords, []);

  const ids = results.successfulResults.map(row => row.sf__Id);
  const updated = await conn.bulk2.loadAndWaitForResults({ object: 'Account', operation: 'update', input: ids.map(Id => ({ Id, Phone: '#N/A' })), ...polling });
  assert.equal(updated.successfulResults.length, 2);
  assert.equal((await truth('Account')).find(record => record.id === ids[0]).properties.Phone, null);

  const upserted = await conn.bulk2.loadAndWaitForResults({
    object: 'Account', operation: 'upsert', externalIdFieldName: 'Ext__c', input: 'Ext__c,Name\nbulk-1,One\nbulk-2,Two\n', ...polling,
  });
  assert.deepEqual(upserted.successfulResults.map(row => row.sf__Created), ['true', 'true']);

  for (const operation of ['delete', 'hardDelete']) {
    const gone = await conn.bulk2.loadAndWaitForResults({ object: 'Account', operation, input: ids.map(Id => ({ Id })), ...polling });
    assert.equal(gone.successfulResults.length, 2);
  }
  assert.ok((await truth('Account')).filter(record => ids.includes(record.id)).every(record => record.deleted === 'purged'));
});

test('a job is driven step by step', async () => {
  const job = conn.bulk2.createJob({ object: 'Lead', operation: 'insert', lineEnding: 'LF' });
  const opened = await job.open();
  assert.equal(opened.state, 'Open');
  await job.uploadData('LastName,Company\nStep,Step AG\n');
  await job.close();
  await job.poll(10, 10000);
  assert.equal((await job.check()).numberRecordsProcessed, 1);
  assert.equal((await job.getSuccessfulResults())[0].Company, 'Step AG');
  await job.delete();
  await assert.rejects(job.check(), { name: 'NOT_FOUND' });
});
