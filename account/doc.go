// Package account decides who may use the engine: registration, sign-in,
// tenants, members and their roles, and the tokens that they and visitors carry.
//
// It keeps nothing itself; its Store port is filled by persistence. All of it
// is safe for concurrent use.
package account
