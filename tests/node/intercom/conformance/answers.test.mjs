import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { after, test } from 'node:test';
import { call, control, living, truth } from '../workspace.mjs';
import { read } from './openapi.mjs';

const file = process.env.INTERCOM_SPEC ?? fileURLToPath(new URL('../../../../../shared/specs/intercom/intercom-2.16.yaml', import.meta.url));
const skip = existsSync(file) ? false : `The vendor's description is not at ${file}.`;
const description = skip ? undefined : read(file);

/** Sends a request, and holds the answer against the description. */
async function judged(method, path, body, expected = 200) {
  const answer = await call(method, path, body);
  assert.equal(answer.status, expected, `${method} ${path}: ${JSON.stringify(answer.body)}`);
  if (answer.body !== '') assert.deepEqual(description.judge(method, path, answer.status, answer.body).slice(0, 5), []);
  return answer.body;
}

const at = skip ? undefined : await (async () => {
  const contacts = await living('contacts');
  return {
    contacts, users: contacts.filter(each => each.properties.role === 'user'), companies: await living('companies'),
    archivedCompany: (await truth('companies')).find(each => each.deleted === 'archived'), conversations: await living('conversations'), tickets: await living('tickets'),
  };
})();

after(() => skip || control('reset'));

const everything = { query: { field: 'created_at', operator: '>', value: 0 } };

test('contacts', { skip }, async () => {
  await judged('GET', '/contacts?per_page=150&include_merge_history=true');
  const page = await judged('POST', '/contacts/search', { ...everything, pagination: { per_page: 100 }, sort: { field: 'updated_at', order: 'ascending' } });
  await judged('POST', '/contacts/search', { ...everything, pagination: { per_page: 100, starting_after: page.pages.next.starting_after }, sort: { field: 'updated_at', order: 'ascending' } });
  for (const contact of at.contacts.slice(0, 60)) await judged('GET', `/contacts/${contact.id}?include_merge_history=true`);
  for (const contact of at.contacts.slice(0, 40))
    for (const member of ['companies', 'tags', 'notes', 'segments', 'subscriptions']) await judged('GET', `/contacts/${contact.id}/${member}`);
  await judged('GET', `/contacts/find_by_external_id/${at.users[0].properties.external_id}`);
  const made = await judged('POST', '/contacts', { email: 'conform@example.com', role: 'user', custom_attributes: { seats: 1 } });
  await judged('PUT', `/contacts/${made.id}`, { name: 'Conform', avatar: 'https://img.example/a.png' });
  await judged('POST', `/contacts/${made.id}/tags`, { id: '101' });
  await judged('DELETE', `/contacts/${made.id}/tags/101`);
  await judged('POST', `/contacts/${made.id}/companies`, { id: at.companies[0].id });
  await judged('DELETE', `/contacts/${made.id}/companies/${at.companies[0].id}`);
  await judged('POST', `/contacts/${made.id}/notes`, { body: 'Note', admin_id: '7001' });
  await judged('POST', `/contacts/${made.id}/subscriptions`, { id: '91', consent_type: 'opt_out' });
  await judged('DELETE', `/contacts/${made.id}/subscriptions/91`);
  const lead = await judged('POST', '/contacts', { role: 'lead', email: 'conform@example.com' });
  await judged('POST', '/contacts/merge', { from: lead.id, into: made.id });
  await judged('GET', `/contacts/${lead.id}`, undefined, 410);
  await judged('GET', `/contacts/${made.id}/merge_history`);
  for (const deed of ['archive', 'unarchive', 'block']) await judged('POST', `/contacts/${made.id}/${deed}`);
  await judged('DELETE', `/contacts/${made.id}`);
  await judged('GET', `/contacts/${made.id}`, undefined, 404);
});

test('companies', { skip }, async () => {
  await judged('POST', '/companies/list?per_page=60');
  await judged('POST', '/companies/list?per_page=60&page=20');
  await judged('POST', '/companies/list?per_page=60&page=167', undefined, 400);
  let scroll = await judged('GET', '/companies/scroll');
  await judged('GET', '/companies/scroll', undefined, 400);
  while (scroll.scroll_param) scroll = await judged('GET', `/companies/scroll?scroll_param=${scroll.scroll_param}`);
  for (const company of at.companies) await judged('GET', `/companies/${company.id}`);
  await judged('GET', `/companies/${at.archivedCompany.id}`, undefined, 404);
  for (const member of ['contacts', 'segments', 'notes']) await judged('GET', `/companies/${at.companies[0].id}/${member}`);
  await judged('POST', `/companies/${at.companies[0].id}/notes`, { body: 'Note' });
  const made = await judged('POST', '/companies', { company_id: 'conform', name: 'Conform', plan: 'Pro' });
  await judged('GET', '/companies?company_id=conform');
  await judged('GET', '/companies?tag_id=101');
  await judged('PUT', `/companies/${made.id}`, { size: 4 });
  await judged('DELETE', `/companies/${made.id}`);
  await judged('POST', '/companies', { name: '' }, 400);
});

test('conversations', { skip }, async () => {
  await judged('GET', '/conversations?per_page=150');
  await judged('POST', '/conversations/search', { ...everything, pagination: { per_page: 150 } });
  for (const conversation of at.conversations) await judged('GET', `/conversations/${conversation.id}`);
  const message = await judged('POST', '/conversations', { from: { type: 'user', id: at.users[0].id }, body: 'Hi' });
  const id = message.conversation_id;
  await judged('POST', `/conversations/${id}/reply`, { message_type: 'comment', type: 'admin', admin_id: '7001', body: 'Yes?' });
  await judged('POST', `/conversations/${id}/parts`, { message_type: 'assignment', type: 'team', admin_id: '7001', assignee_id: '814865' });
  await judged('POST', `/conversations/${id}/parts`, { message_type: 'close', type: 'admin', admin_id: '7001' });
  await judged('PUT', `/conversations/${id}`, { title: 'T', custom_attributes: { topic: 'bug', cost: 1 }, company_id: at.companies[0].id });
  await judged('POST', `/conversations/${id}/tags`, { id: '101', admin_id: '7001' });
  await judged('DELETE', `/conversations/${id}/tags/101`, { admin_id: '7001' });
  await judged('POST', `/conversations/${id}/customers`, { admin_id: '7001', customer: { intercom_user_id: at.users[1].id } });
  await judged('DELETE', `/conversations/${id}/customers/${at.users[1].id}`, { admin_id: '7001' });
  await judged('DELETE', `/conversations/${id}?retain_metrics=false`);
  await judged('GET', '/conversations/deleted?per_page=2');
  await judged('GET', `/conversations/${id}`, undefined, 404);
});

test('tickets', { skip }, async () => {
  await judged('POST', '/tickets/search', { ...everything, pagination: { per_page: 150 } });
  for (const ticket of at.tickets) await judged('GET', `/tickets/${ticket.id}`);
  const made = await judged('POST', '/tickets', { ticket_type_id: '101', contacts: [{ id: at.users[0].id }], ticket_attributes: { _default_title_: 'T' } });
  await judged('PUT', `/tickets/${made.id}`, { ticket_state_id: '8578', is_shared: true, snoozed_until: 1900000000 });
  await judged('PUT', `/tickets/${made.id}`, { ticket_state_id: '1' }, 400);
  await judged('POST', `/tickets/${made.id}/reply`, { message_type: 'note', type: 'admin', admin_id: '7001', body: 'N' });
  await judged('POST', `/tickets/${made.id}/change_type`, { ticket_type_id: '102', ticket_state_id: '8577' });
  await judged('DELETE', `/tickets/${made.id}`);
  await judged('GET', '/ticket_types');
  await judged('GET', '/ticket_states');
  const type = await judged('POST', '/ticket_types', { name: 'Conform', category: 'Customer' });
  await judged('GET', `/ticket_types/${type.id}`);
  await judged('PUT', `/ticket_types/${type.id}`, { name: 'Conformed' });
  const attribute = await judged('POST', `/ticket_types/${type.id}/attributes`, { name: 'colour', description: '', data_type: 'list', list_items: 'red,blue' });
  await judged('PUT', `/ticket_types/${type.id}/attributes/${attribute.id}`, { archived: true });
});

test('what belongs to the workspace', { skip }, async () => {
  for (const path of ['/me', '/admins', '/teams', '/tags', '/segments', '/segments?include_count=true', '/subscription_types', '/admins/7001', '/teams/814865', '/tags/101', '/notes/1',
    '/data_attributes', '/data_attributes?model=contact', '/data_attributes?model=company&include_archived=true', '/conversations/attributes']) await judged('GET', path);
  await judged('GET', `/segments/${(await truth('segments'))[0].id}`);
  await judged('GET', '/data_attributes?model=conversation', undefined, 422);
  await judged('PUT', '/admins/7002/away', { away_mode_enabled: true, away_mode_reassign: false });
  const tag = await judged('POST', '/tags', { name: 'conform', users: [{ id: at.users[0].id }] });
  await judged('POST', '/tags', { name: 'conform', companies: [{ id: at.companies[0].id, untag: true }] });
  await judged('DELETE', `/tags/${tag.id}`);
  await judged('DELETE', '/tags/101', undefined, 400);
  const attribute = await judged('POST', '/data_attributes', { name: 'conform', model: 'contact', data_type: 'integer' });
  await judged('PUT', `/data_attributes/${attribute.id}`, { archived: true });
  await judged('POST', '/data_attributes', { name: 'conform2', model: 'contact', data_type: 'options', options: [{ value: 'one' }] }, 400);
  for (const type of ['string', 'list', 'integer', 'decimal', 'boolean', 'datetime', 'files']) {
    const made = await judged('POST', '/conversations/attributes', { name: `conform ${type}`, data_type: type });
    await judged('GET', `/conversations/attributes/${made.id}`);
    await judged('PUT', `/conversations/attributes/${made.id}`, { description: 'd' });
    if (type === 'list') {
      const { options: [option] } = await judged('POST', `/conversations/attributes/${made.id}/options`, { label: 'one' });
      await judged('PUT', `/conversations/attributes/${made.id}/options/${option.id}`, { label: 'two' });
      await judged('DELETE', `/conversations/attributes/${made.id}/options/${option.id}`);
    }
    await judged('DELETE', `/conversations/attributes/${made.id}`);
  }
});
