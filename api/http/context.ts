import type { Context } from 'hono';
import type { OpenAPIHono } from '@hono/zod-openapi';

/** What middleware leaves for the handlers. */
export interface ApiEnv {
  Variables: {
    /** Also the correlation id of what the request causes. */
    requestId: string;
    /** The template of the matched path. */
    route: string;
  };
}

export type ApiContext = Context<ApiEnv>;
export type Api = OpenAPIHono<ApiEnv>;
