import jsforce from '@jsforce/jsforce-node';

export const url = (process.env.SALESFORCE_URL ?? 'http://127.0.0.1:8091').replace(/\/$/, '');

/** An app as an administrator registers it. */
export const app = { loginUrl: url, clientId: 'client', clientSecret: 'secret', redirectUri: 'http://localhost/callback' };

/** A connection that is authorised already. */
export const connect = options => new jsforce.Connection({ instanceUrl: url, accessToken: '00D5e0000015ftg!node', version: '67.0', ...options });

export async function control(path, body, method = 'POST') {
  const answer = await fetch(`${url}/_emulator/${path}`, { method, body: body && JSON.stringify(body) });
  const json = await answer.json();
  if (!answer.ok) throw new Error(json.error);
  return json;
}

/** What the org really holds of an object. */
export const truth = async stream => (await control(`state?stream=${stream}`, undefined, 'GET')).streams[stream];

/** Does something while controls are on. */
export async function under(controls, work) {
  await control('faults', controls);
  try {
    return await work();
  } finally {
    await control('faults', undefined, 'DELETE');
  }
}

/** Consents as a person would, and returns what the app gets back. */
export async function consent(oauth2, params = {}) {
  const answer = await fetch(oauth2.getAuthorizationUrl({ scope: 'api refresh_token id', state: 's1', ...params }), { redirect: 'manual' });
  return new URL(answer.headers.get('location')).searchParams;
}
