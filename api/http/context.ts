import type { Context } from 'hono';
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Principal } from '../../domain/access/principal.ts';
import type { Access, Allowance } from '../access/access.ts';

/** What middleware leaves for the handlers. */
export interface ApiEnv {
  Variables: {
    /** Also the correlation id of what the request causes. */
    requestId: string;
    /** The template of the matched path. */
    route: string;
    access: Access;
    /** Who asks; set when an endpoint is entered. */
    principal: Principal;
    /** What the caller has left, where requests are limited. */
    allowance: Allowance | undefined;
  };
}

export type ApiContext = Context<ApiEnv>;
export type Api = OpenAPIHono<ApiEnv>;
