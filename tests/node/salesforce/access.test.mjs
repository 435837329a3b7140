import assert from 'node:assert/strict';
import { test } from 'node:test';
import jsforce from '@jsforce/jsforce-node';
import { app, connect, consent, under, url } from './org.mjs';

for (const useVerifier of [false, true])
  test(`a person consents ${useVerifier ? 'with' : 'without'} a verifier, and the app knows who it was`, async () => {
    const conn = new jsforce.Connection({ oauth2: { ...app, useVerifier }, version: '67.0' });
    const back = await consent(conn.oauth2);
    assert.equal(back.get('state'), 's1');

    const user = await conn.authorize(back.get('code'));

    assert.equal(conn.instanceUrl, url);
    assert.ok(conn.refreshToken);
    const identity = await conn.identity();
    assert.equal(identity.user_id, user.id);
    assert.equal(identity.organization_id, user.organizationId);
    assert.equal((await conn.query('SELECT Name FROM Organization')).totalSize, 1);
    await assert.rejects(conn.authorize(back.get('code')), { name: 'invalid_grant' });
  });

test('a wrong verifier is refused', async () => {
  const oauth2 = new jsforce.OAuth2({ ...app, useVerifier: true });
  const code = (await consent(oauth2)).get('code');
  oauth2.codeVerifier = 'another';
  await assert.rejects(new jsforce.Connection({ oauth2 }).authorize(code), { name: 'invalid_grant' });
});

test('an expired token is refreshed and the request made again', async () => {
  for (const useVerifier of [false, true]) {
    const conn = new jsforce.Connection({ oauth2: { ...app, useVerifier }, version: '67.0' });
    await conn.authorize((await consent(conn.oauth2)).get('code'));
    const refreshed = [];
    conn.on('refresh', token => refreshed.push(token));
    const old = conn.accessToken;

    await under([{ control: 'expire', what: 'token' }], async () => {
      assert.ok((await conn.query('SELECT Id FROM Contact LIMIT 5')).records.length > 0);
      assert.deepEqual(refreshed, [conn.accessToken]);
      assert.notEqual(conn.accessToken, old);
      assert.ok((await conn.bulk2.query('SELECT Id FROM Account', { pollInterval: 10, pollTimeout: 5000 })).toArray);
    });
  }
});

test('the bulk client refreshes as well', async () => {
  const conn = new jsforce.Connection({ oauth2: app, version: '67.0' });
  await conn.authorize((await consent(conn.oauth2)).get('code'));
  await under([{ control: 'expire', what: 'token' }], async () => {
    const rows = await (await conn.bulk2.query('SELECT Id FROM Account', { pollInterval: 10, pollTimeout: 5000 })).toArray();
    assert.ok(rows.length > 0);
  });
});

test('after a logout nothing works any more', async () => {
  const conn = new jsforce.Connection({ oauth2: app, version: '67.0' });
  await conn.authorize((await consent(conn.oauth2)).get('code'));
  const { accessToken, refreshToken } = conn;
  await conn.logout(true);

  await assert.rejects(connect({ accessToken }).query('SELECT Id FROM Contact'), { name: 'INVALID_SESSION_ID' });
  await assert.rejects(new jsforce.OAuth2(app).refreshToken(refreshToken), { name: 'invalid_grant' });
});
