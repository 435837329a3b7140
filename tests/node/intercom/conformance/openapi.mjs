import { readFileSync } from 'node:fs';
import Ajv from 'ajv';
import { parse } from 'yaml';

/** Where the vendor's description and its own answers, or its own examples, disagree; the answers are right (facts, sections 15 and 18). */
const whitelist = [
  // The next page of companies and of what belongs to one record is an address, not a cursor; the scroll has no pages and no count.
  { path: /^\/companies|^\/contacts\/[^/]+\/(companies|notes)$/, at: /^\/pages(\/next)?$/ },
  { path: /^\/companies\/scroll$/, at: /^\/(pages|total_count|scroll_param)$/ },
  // Leads may have no email; the description has it for users.
  { path: /^\/contacts|^\/companies\/[^/]+\/contacts$/, at: /\/email(_domain)?$/ },
  // Attributes are of the types that they were defined with, not all texts or whole numbers.
  { path: /^\/(companies|conversations)|^\/contacts\/[^/]+\/companies/, at: /\/custom_attributes\/[^/]+$/ },
  // One company is asked for by its key, not a list.
  { path: /^\/companies$/, at: /^\/type$/ },
  // The vendor's own examples of conversations have null there.
  { path: /^\/conversations/, at: /\/(ai_agent|assigned_to|email_message_metadata|event_details)$/ },
];

/** The vendor's description, by which answers are judged. */
export function read(file) {
  const description = parse(readFileSync(file, 'utf8'), { maxAliasCount: -1 });
  // Formats are those of other languages, such as dates that are numbers.
  const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
  ajv.addSchema(plain({ $id: 'spec', components: { schemas: description.components.schemas } }));
  const kept = new Map();

  const operationOf = (method, path) => {
    const fits = template => new RegExp(`^${template.replace(/\{[^}]+\}/g, '[^/]+')}$`).test(path);
    const templates = Object.keys(description.paths).filter(fits).filter(template => description.paths[template][method.toLowerCase()]);
    // A path that names what another leaves open comes first.
    return templates.toSorted((left, right) => left.split('{').length - right.split('{').length)[0];
  };

  /** What is wrong with an answer; empty where nothing is. */
  function judge(method, path, status, body) {
    const [bare] = path.split('?');
    const template = operationOf(method, bare);
    if (!template) return [`the description knows no ${method} ${bare}`];
    const responses = description.paths[template][method.toLowerCase()].responses;
    const schema = responses[status]?.content?.['application/json']?.schema ?? (status >= 400 ? { $ref: '#/components/schemas/error' } : undefined);
    if (!schema) return responses[status] ? [] : [`the description knows no ${status} of ${method} ${template}`];
    const key = `${method} ${template} ${status}`;
    if (!kept.has(key)) kept.set(key, ajv.compile(plain(schema)));
    const validate = kept.get(key);
    if (validate(body)) return [];
    return validate.errors
      .filter(error => !whitelist.some(each => each.path.test(bare) && each.at.test(error.instancePath)))
      .map(error => `${key}: ${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`);
  }

  return { judge };
}

/** JSON Schema of what OpenAPI 3.0 says: what may be null says so in its type. */
function plain(node) {
  if (Array.isArray(node)) return node.map(plain);
  if (node === null || typeof node !== 'object') return node;
  if (typeof node.$ref === 'string') return { $ref: node.$ref.replace(/^#/, 'spec#') };
  const { nullable, example, examples, discriminator, ...rest } = node;
  const schema = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, key === 'enum' || key === 'required' ? value : key === 'properties' ? each(value) : plain(value)]));
  if (!nullable) return schema;
  if (typeof schema.type !== 'string') return { anyOf: [schema, { type: 'null' }] };
  return { ...schema, type: [schema.type, 'null'], ...(schema.enum ? { enum: [...schema.enum, null] } : {}) };
}

const each = properties => Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, plain(schema)]));
