// That Cedar works with the schema. Without one a policy that reads a missing label fails, is skipped, and a forbid
// becomes an allow: shown here first, and then that neither such a policy nor such a request gets past the schema.
import assert from 'node:assert/strict';

const PURPOSE = { type: 'Purpose', id: 'investigate' };
const CARELESS = {
  staticPolicies: {
    all: 'permit (principal, action, resource);',
    careless: 'forbid (principal, action, resource) when { context.purpose == Purpose::"investigate" };',
  },
};

export function checkSchemaIsUsed(evaluator) {
  const { cedar, head } = evaluator;
  const nobody = { type: 'Nobody', id: 'nobody' };
  const question = (context) => ({
    principal: nobody, resource: nobody, action: { type: 'Action', id: 'together-check' }, entities: [],
    context: { originState: { type: 'State', id: 'FR' }, sourcesKnown: true, ...context },
    preparsedPolicySetId: 'careless',
  });

  const bare = ({ preparsedPolicySetId, ...rest }) => cedar.isAuthorized({ ...rest, policies: CARELESS });
  assert.equal(bare(question({ purpose: { __entity: PURPOSE } })).response.decision, 'deny');
  // Only a schema tells Cedar that { type, id } is an entity, and that form is what all questions have.
  assert.equal(bare(question({ purpose: PURPOSE })).response.decision, 'allow');
  const lost = bare(question({}));
  assert.equal(lost.response.decision, 'allow');
  assert.equal(lost.response.diagnostics.errors.length, 1);

  assert.throws(() => evaluator.setPolicies('careless', CARELESS), /unable to guarantee safety of access/);

  assert.equal(cedar.preparsePolicySet('careless', CARELESS).type, 'success');
  assert.equal(evaluator.call(question({ purpose: PURPOSE })).response.decision, 'deny');
  assert.throws(() => evaluator.ask(question({})), /skipped a policy/);
  const refused = (context) => assert.equal(evaluator.call(question(context)).type, 'failure', JSON.stringify(context));
  refused({ purpose: { type: 'Purpose', id: 'curiosity' } });
  refused({ purpose: { type: 'Person', id: 'suspect' } });
  refused({ gossip: true });
  refused({ sourcesKnown: undefined });
  assert.ok(head.schema.includes('purpose?: Purpose'));
}
