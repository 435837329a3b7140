import { Client } from '@hubspot/api-client';

export const url = (process.env.EMULATOR_URL ?? 'http://127.0.0.1:8090').replace(/\/$/, '');

// The client keeps its retry and limiter settings in a process-wide singleton, so a process has one configuration.
export const client = new Client({ accessToken: 'pat-eu1-test', basePath: url });

export async function control(path, body, method = 'POST') {
  const answer = await fetch(`${url}/_emulator/${path}`, { method, body: body && JSON.stringify(body) });
  const json = await answer.json();
  if (!answer.ok) throw new Error(json.error);
  return json;
}

/** The status and body of a call that is refused. */
export async function refusal(call) {
  try {
    await call();
  } catch (error) {
    if (error.code === undefined) throw error;
    return { status: error.code, body: error.body };
  }
  throw new Error('The call was not refused.');
}

export const required = {
  contacts: n => ({ email: `node.${n}@example.com`, firstname: 'Node' }),
  companies: n => ({ name: `Node ${n} AG` }),
  deals: n => ({ dealname: `Node ${n}`, dealstage: 'contractsent', pipeline: 'default' }),
  tickets: n => ({ subject: `Node ${n}`, hs_pipeline_stage: '1', hs_pipeline: '0' }),
  products: n => ({ name: `Node ${n}` }),
  lineItems: n => ({ name: `Node ${n}`, quantity: '1' }),
  calls: () => ({ hs_timestamp: '2026-09-10T08:00:00Z' }),
  emails: () => ({ hs_timestamp: '2026-09-10T08:00:00Z', hs_email_direction: 'EMAIL' }),
  meetings: () => ({ hs_timestamp: '2026-09-10T08:00:00Z' }),
  notes: () => ({ hs_timestamp: '2026-09-10T08:00:00Z' }),
  tasks: () => ({ hs_timestamp: '2026-09-10T08:00:00Z' }),
};
