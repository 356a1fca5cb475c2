"""Enterprise duty (企业主体责任, S25): one page for each enterprise that is true and reminds: standard, safety fee, promise, duty list,
certificates, contractors, work permits, projects. Names of people are for their enterprise and the regulator; elsewhere they are masked."""
