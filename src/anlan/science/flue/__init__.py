"""Flue gas: conversion to reference oxygen, valid hours and days of continuous monitoring (HJ 75-2017)."""
