import assert from 'node:assert/strict';
import { test } from 'node:test';
import { client, refusal, url } from './portal.mjs';

const app = ['https://trueup.example/callback', 'client', 'secret'];

test('a code is exchanged, the token refreshed, described and revoked', async () => {
  const consent = await fetch(`${url}/oauth/authorize?client_id=client&redirect_uri=${encodeURIComponent(app[0])}&scope=oauth&state=s1`, { redirect: 'manual' });
  const back = new URL(consent.headers.get('location'));
  assert.equal(back.searchParams.get('state'), 's1');
  const code = back.searchParams.get('code');

  const first = await client.oauth.tokensApi.create('authorization_code', code, ...app);
  assert.equal(first.expiresIn, 1800);
  const second = await client.oauth.tokensApi.create('refresh_token', undefined, ...app, first.refreshToken);
  assert.equal(second.refreshToken, first.refreshToken);
  assert.notEqual(second.accessToken, first.accessToken);

  const described = await client.oauth.accessTokensApi.get(second.accessToken);
  assert.ok(described.scopes.includes('crm.objects.contacts.read'));
  assert.equal((await client.oauth.refreshTokensApi.get(first.refreshToken)).hubId, described.hubId);

  await client.oauth.refreshTokensApi.archive(first.refreshToken);
  const refused = await refusal(() => client.oauth.tokensApi.create('refresh_token', undefined, ...app, first.refreshToken));
  assert.equal(refused.status, 400);
  assert.equal(JSON.parse(typeof refused.body === 'string' ? refused.body : JSON.stringify(refused.body)).status, 'BAD_REFRESH_TOKEN');
});
