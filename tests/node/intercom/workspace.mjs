import { IntercomClient } from 'intercom-client';

export const url = (process.env.INTERCOM_URL ?? 'http://127.0.0.1:8092').replace(/\/$/, '');

/** The vendor's client. Its typed versions end at 2.14; a header names the one that is meant. */
export const connect = (version = '2.16', options) =>
  new IntercomClient({ token: 'node', baseUrl: url, headers: { 'Intercom-Version': version }, ...options });

export async function control(path, body, method = 'POST') {
  const answer = await fetch(`${url}/_emulator/${path}`, { method, body: body && JSON.stringify(body) });
  const json = await answer.json();
  if (!answer.ok) throw new Error(json.error);
  return json;
}

/** What the workspace really holds of a stream. */
export const truth = async stream => (await control(`state?stream=${stream}`, undefined, 'GET')).streams[stream];

/** The records of a stream that are there. */
export const living = async stream => (await truth(stream)).filter(record => record.deleted === null);

/** Does something while controls are on. */
export async function under(controls, work) {
  await control('faults', controls);
  try {
    return await work();
  } finally {
    await control('faults', undefined, 'DELETE');
  }
}

/** All that an iterator of the client has. */
export async function all(iterable) {
  const found = [];
  for await (const each of await iterable) found.push(each);
  return found;
}

/** A plain request. */
export async function call(method, path, body, headers = {}) {
  const answer = await fetch(url + path, {
    method, headers: { Authorization: 'Bearer node', 'Intercom-Version': '2.16', ...(body ? { 'Content-Type': 'application/json' } : {}), ...headers }, body: body && JSON.stringify(body), redirect: 'manual',
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: text.startsWith('{') ? JSON.parse(text) : text };
}
