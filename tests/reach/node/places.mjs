/** Where the tests find the server and what it asks for: `test_node.py` says so. */
export const address = process.env.TARJAMA_TEST_ADDRESS;
export const securedAddress = process.env.TARJAMA_TEST_SECURED_ADDRESS;
export const authority = process.env.TARJAMA_TEST_CA;
export const token = process.env.TARJAMA_TEST_TOKEN;
export const meteredToken = process.env.TARJAMA_TEST_METERED_TOKEN;
