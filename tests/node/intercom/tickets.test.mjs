import assert from 'node:assert/strict';
import { test } from 'node:test';
import { all, connect, living } from './workspace.mjs';

const client = connect();

test('a search shows all tickets', async () => {
  const found = await all(client.tickets.search({ query: { field: 'created_at', operator: '>', value: 0 }, pagination: { per_page: 4 } }));
  assert.deepEqual(found.map(ticket => ticket.id).toSorted(), (await living('tickets')).map(record => record.id).toSorted());
});

test('a ticket is created, changed, answered and deleted', async () => {
  const contact = await client.contacts.create({ email: 'asker@example.com', role: 'user' });
  const [type] = (await client.ticketTypes.list()).data;
  const ticket = await client.tickets.create({ ticket_type_id: type.id, contacts: [{ id: contact.id }], ticket_attributes: { _default_title_: 'Broken', severity: 'high' } });
  assert.deepEqual([ticket.ticket_attributes._default_title_, ticket.contacts.contacts[0].id], ['Broken', contact.id]);
  const [, state] = (await client.ticketStates.listTicketStates()).data;
  const changed = await client.tickets.update({ ticket_id: ticket.id, ticket_state_id: state.id, ticket_attributes: { severity: 'low' }, open: true });
  assert.deepEqual([changed.ticket_state.id, changed.ticket_attributes.severity], [state.id, 'low']);
  await assert.rejects(client.tickets.update({ ticket_id: ticket.id, ticket_state_id: '1' }), error => error.body.errors[0].code === 'ticket_state_id_invalid');
  const reply = await client.tickets.reply({ ticket_id: ticket.id, body: { message_type: 'comment', type: 'admin', admin_id: '7001', body: 'On it' } });
  assert.equal(reply.part_type, 'comment');
  assert.equal((await client.tickets.get({ ticket_id: ticket.id })).ticket_parts.total_count, 1);
  await client.tickets.deleteTicket({ ticket_id: ticket.id });
  await assert.rejects(client.tickets.get({ ticket_id: ticket.id }), { statusCode: 404 });
});
