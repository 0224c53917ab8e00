/**
 * The text of a condition:
 *
 *     condition = operand operator operand
 *     operator  = ">" | ">=" | "<" | "<=" | "crosses_above" | "crosses_below"
 *     operand   = number | "price" | "open" | "high" | "low" | "close" | "volume" | indicator
 *     indicator = name "(" [ argument { "," argument } ] ")" [ "." output ]
 *     argument  = number | parameter "=" number
 *
 * Nothing nests, so that the length bounds everything.
 */
import type { AlertInterval, BarField, Condition, Operand, Operator } from './condition.ts';
import { BAR_FIELDS, OPERATORS } from './condition.ts';
import { indicatorOperand } from './indicator-operand.ts';
import type { Argument } from './indicator-operand.ts';
import { Refusal } from './refusal.ts';
import type { ConditionError } from './refusal.ts';
import { tokensOf } from './tokens.ts';
import type { Token, TokenKind } from './tokens.ts';

export type { ConditionError } from './refusal.ts';

export const MAX_CONDITION_LENGTH = 200;

export type ParsedCondition =
  | { readonly ok: true; readonly condition: Condition }
  | { readonly ok: false; readonly error: ConditionError };

/** @param interval decides on what there is: ticks have a price, bars have the rest */
export function parseCondition(text: string, interval: AlertInterval): ParsedCondition {
  try {
    return { ok: true, condition: read(text, interval) };
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, error: error.error };
    throw error;
  }
}

function read(text: string, interval: AlertInterval): Condition {
  if (text.length > MAX_CONDITION_LENGTH)
    throw new Refusal(MAX_CONDITION_LENGTH, 'length', `must not be longer than ${MAX_CONDITION_LENGTH}`);
  const cut = tokensOf(text);
  if (!cut.ok) throw new Refusal(cut.position, 'character', 'is a character that means nothing here');
  const reader = readerOf(cut.tokens);
  const left = operand(reader, interval);
  const operator = operatorOf(reader.take());
  const right = operand(reader, interval);
  const rest = reader.take();
  if (rest.kind !== 'end')
    throw new Refusal(rest.position, 'end', `was to end before ${JSON.stringify(rest.text)}`);
  if (left.kind === 'number' && right.kind === 'number')
    throw new Refusal(0, 'constant', 'must compare something that changes');
  return { left, operator, right };
}

interface Reader {
  take(): Token;
  /** Takes the next one if it is of this kind. */
  skip(kind: TokenKind): boolean;
  peek(ahead?: number): Token;
}

function readerOf(tokens: readonly Token[]): Reader {
  let next = 0;
  const peek = (ahead = 0) => tokens[Math.min(next + ahead, tokens.length - 1)]!;
  const take = () => {
    const token = peek();
    next += 1;
    return token;
  };
  return {
    peek,
    take,
    skip: (kind) => {
      const is = peek().kind === kind;
      if (is) next += 1;
      return is;
    },
  };
}

function operatorOf(token: Token): Operator {
  const operator = OPERATORS.find((known) => known === token.text.toLowerCase());
  if (operator) return operator;
  throw new Refusal(token.position, 'operator', `needs one of ${OPERATORS.join(', ')}`);
}

function operand(reader: Reader, interval: AlertInterval): Operand {
  const token = reader.take();
  if (token.kind === 'number') return { kind: 'number', value: Number(token.text) };
  if (token.kind !== 'name')
    throw new Refusal(token.position, 'operand', 'needs a number, a price or an indicator');
  const name = token.text.toLowerCase();
  if (reader.peek().kind === '(') {
    if (interval === 'tick')
      throw new Refusal(token.position, 'interval', `${name} is of bars, not of ticks`);
    return indicatorOperand({ ...token, text: name }, ...call(reader));
  }
  if (name === 'price') {
    if (interval !== 'tick')
      throw new Refusal(token.position, 'interval', 'price is of ticks; bars have a close');
    return { kind: 'price' };
  }
  if (!isField(name)) throw new Refusal(token.position, 'operand', `there is no ${name}`);
  if (interval === 'tick')
    throw new Refusal(token.position, 'interval', `${name} is of bars; ticks have a price`);
  return { kind: 'bar', field: name };
}

function isField(name: string): name is BarField {
  return BAR_FIELDS.some((field) => field === name);
}

/** The arguments between the parentheses, and the output after them. */
function call(reader: Reader): [args: Argument[], output: Token | undefined] {
  const args: Argument[] = [];
  reader.take();
  if (!reader.skip(')')) {
    do args.push(argument(reader));
    while (reader.skip(','));
    const end = reader.take();
    if (end.kind !== ')') throw new Refusal(end.position, 'parenthesis', 'needs a closing parenthesis');
  }
  if (!reader.skip('.')) return [args, undefined];
  const output = reader.take();
  if (output.kind !== 'name') throw new Refusal(output.position, 'output', 'needs the name of an output');
  return [args, { ...output, text: output.text.toLowerCase() }];
}

function argument(reader: Reader): Argument {
  const named = reader.peek().kind === 'name' && reader.peek(1).kind === '=';
  const name = named ? reader.take().text.toLowerCase() : undefined;
  if (named) reader.take();
  const value = reader.take();
  if (value.kind !== 'number') throw new Refusal(value.position, 'argument', 'needs a number');
  return { name, value: Number(value.text), position: value.position };
}
