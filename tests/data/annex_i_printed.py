"""annex_i_printed - what Annex I prints, in its order, and which question of the form is meant.

One row a printed piece: its text, and "field", "field=choice" or None (a heading, an instruction, a
line between two halves of a label). check_annex_i.py walks the report along these rows and complains
about every letter that no row accounts for, so nothing can be left out unnoticed.
"""

INSTITUTION = "institution contact_person address telephone fax mobile email skype".split()
INSTITUTION_PRINTED = ["Contact person(s):", "Address:", "Telephone:", "Fax:", "Mobile:", "E-mail:", "Skype Id.:"]


def institution(country, prefix):
    texts = [f"Name of the institution/organisation completing the template in the country of {country}:"]
    return [(text, f"{prefix}_{field}") for text, field in zip(texts + INSTITUTION_PRINTED, INSTITUTION)]


def yes_no(field):
    return [("Yes", f"{field}=yes"), ("No", f"{field}=no")]


def offered(text, name):
    field = f"long_{name}"
    return [(text, field), ("offered to trafficked person", f"{field}=offered"),
            ("accepted by trafficked person", f"{field}=accepted"), ("Comments", f"{field}_comments")]


def proceedings(p):
    rows = []
    for text, field in [("Trafficked person's statement taken by the police", "statement"),
                        ("Trafficked person testified in court", "testified"),
                        ("Compensation claim filed by trafficked person", "compensation_claimed"),
                        ("Compensation obtained by trafficked person", "compensation_obtained")]:
        rows += [(text, f"{p}_{field}")] + yes_no(f"{p}_{field}")
    return rows + [("Court decision", f"{p}_decision"), ("Trafficker sentenced", f"{p}_decision=sentenced"),
                   ("Trafficker released", f"{p}_decision=released")]


BODY = [("Responsible body", "contact_body"), ("Responsible person", None), ("Name", "contact_person"),
        ("Title", "contact_title"), ("Address", "contact_address"), ("Telephone", "contact_telephone"),
        ("Fax", "contact_fax"), ("E-mail", "contact_email")]


def contacts(text, procedure):
    return [(text, f"contact_procedure={procedure}")] + BODY + BODY


# Section, as bind::trm:source has it -> rows.
PRINTED = [
    ("heading", [("DRAFT Template for Transnational Referral", None), ("DATE:", "form_date"), ("dd/mm/yyyy", None)]
     + institution("exploitation", "exploitation") + institution("origin", "origin")),
    ("consent", [
        ("Victim's consent for data to be shared between country of exploitation and country of origin:", "consent_share"),
        *yes_no("consent_share"), ("Comments", "consent_share_comments"),
        ("TO BE FILLED IN BY COUNTRY OF EXPLOITATION", None),
        ("Victim's consent to return to country of origin/third country:", "consent_return"),
        *yes_no("consent_return"), ("Comments", "consent_return_comments")]),
    ("1.1", [
        ("1. General Information", None), ("1.1. Personal information", None),
        ("Name of the trafficked person", "person_name"),
        ("incl. any previous names, nicknames etc.", "person_other_names"),
        ("Sex", "sex"), ("Male", "sex=male"), ("Female", "sex=female"), ("Other", "sex=other"),
        ("Place of birth", "birth_place"), ("Date of birth", "birth_date"),
        ("Age (if unknown, provide an estimate)", "age"),
        ("under 18", "age_group=under_18"), ("over 18", "age_group=over_18"),
        ("Address", "residence_address"), ("and country of residence", "residence_country"),
        ("Citizenship", "citizenship"),
        ("Marital status", "marital_status"), ("Single", "marital_status=single"), ("Married", "marital_status=married"),
        ("Divorced", "marital_status=divorced"), ("Widow/widower", "marital_status=widowed"),
        ("Partnership", "marital_status=partnership"),
        ("In possession of valid travel document", "travel_document"), *yes_no("travel_document"),
        ("Passport", "travel_document_type=passport"), ("Laissez passer", "travel_document_type=laissez_passer"),
        ("Identity card", "travel_document_type=identity_card"), ("Comments", "travel_document_comments"),
        ("Identity confirmed?", "identity_confirmed"), *yes_no("identity_confirmed"),
        ("If yes, by whom", "identity_confirmed_by"), ("Police", "identity_confirmed_by=police"),
        ("Embassy or Consular Representation", "identity_confirmed_by=embassy"),
        ("Local Municipality/ Civil Registry", "identity_confirmed_by=municipality"),
        ("Other", "identity_confirmed_by_other"), ("Comments", "identity_comments"),
        ("Children to be returned", "children_returned"), *yes_no("children_returned"),
        ("If yes, see attached template for more details.", None),
        ("Language(s) spoken by the trafficked person", "language"),
        ("Reflection period provided", "reflection_period"), *yes_no("reflection_period"),
        ("Duration of the reflection period", None), ("Start date", "reflection_start"), ("End date", "reflection_end")]),
    ("1.2", [
        ("1.2. Case information", None), ("Type of exploitation", "exploitation_type"),
        ("Sexual exploitation", "exploitation_type=sexual"), ("Labour exploitation", "exploitation_type=labour"),
        ("Begging", "exploitation_type=begging"), ("Removal of organs", "exploitation_type=organ_removal"),
        ("Adoption", "exploitation_type=adoption"), ("Delinquency", "exploitation_type=delinquency"),
        ("Other", "exploitation_type_other"), ("Comments", "exploitation_comments"),
        ("Means of recruitment", "recruitment_means"),
        ("Via personal contact", "recruitment_means=personal_contact"),
        ("Via advertisement", "recruitment_means=advertisement"),
        ("Via travel agency", "recruitment_means=travel_agency"),
        ("Via employment agency", "recruitment_means=employment_agency"),
        ("Via family member", "recruitment_means=family_member"),
        ("Abduction/force", "recruitment_means=abduction"), ("Other", "recruitment_means_other"),
        ("Unknown", "recruitment_means=unknown"), ("Comments", "recruitment_comments"),
        ("Country of recruitment", "recruitment_country"),
        ("Country/ies transited during the travel", "transit_countries"),
        ("Country/ies of exploitation", "exploitation_countries"),
        ("Date when trafficking exploitation began", "exploitation_began"),
        ("Date exited trafficking/exploitation", "exploitation_ended"),
        ("Country of identification", "identification_country"),
        ("Formal identification", "identification_formal"), *yes_no("identification_formal"),
        ("Date of identification", "identification_date"),
        ("Person trafficked previously", "trafficked_before"), *yes_no("trafficked_before"),
        ("Country/ies of previous exploitation", "previous_exploitation_countries")]),
    ("2.1", [
        ("2. First assistance received in country of exploitation", None), ("2.1. Basic needs", None),
        ("Accommodation", "first_assistance=accommodation"),
        ("Medical examination/assistance/evaluation", "first_health_assistance=medical"),
        ("Psychological counselling/psycho-social support", "first_health_assistance=psychological"),
        ("Language interpretation", "first_assistance=interpretation"),
        ("Established contact with family or significant others", "first_assistance=family_contact"),
        ("Legal adviser appointed", "first_assistance=legal_adviser"),
        ("Guardian appointed", "first_assistance=guardian"), ("Comments", "first_assistance_comments")]),
    ("2.2", [
        ("2.2. Legal assistance", None), ("Temporary residence permit obtained", "residence_permit"),
        *yes_no("residence_permit"), ("Procedure started", "residence_permit=started"),
        ("Legal representative provided", "legal_representative"), *yes_no("legal_representative"),
        ("Other procedure(s) initiated (please specify)", "other_procedures")]),
    ("2.3", [
        ("2.3. Protection", None), ("Safety measures provided", "safety_measures"),
        ("Accommodation in shelter", "safety_measures=shelter"),
        ("Victim protection", "safety_measures=victim_protection"),
        ("Physical protection", "safety_measures=physical_protection"),
        ("Resettlement in third country", "safety_measures=resettlement"), ("Other", "safety_measures_other")]),
    ("3.1", [
        ("3. Short outline of assistance needs in country of origin or in a third country", None),
        ("3.1. Basic needs", None), ("Accommodation in country of origin", "need_accommodation"),
        ("Shelter", "need_accommodation=shelter"), ("Own family", "need_accommodation=own_family"),
        ("Alternative accommodation", "need_accommodation=alternative"),
        ("Medical examination/assistance/evaluation", "need_health=medical"),
        ("Psychological counselling/psycho-social support", "need_health=psychological"),
        ("To establish contact with family or significant others", "need_support=family_contact"),
        ("Legal adviser", "need_support=legal_adviser"), ("Guardian", "need_support=guardian"),
        ("Other assistance", "need_other")]),
    ("3.2", [
        ("3.2. Health", None), ("Medical history", "medical_history"), ("Chronic diseases", "chronic_diseases"),
        ("Addiction", "addiction"), ("Prescription medication(s)", "medication"), ("Comments", "health_comments")]),
    ("3.3", [
        ("3.3. Safety concerns", None), ("Risk assessment", "risk_assessment"), *yes_no("risk_assessment"),
        ("Individuals who may cause harm", "harm_persons"), ("Family member", "harm_persons=family"),
        ("Partner", "harm_persons=partner"), ("Friend", "harm_persons=friend"),
        ("Member of the community", "harm_persons=community"), ("Other", "harm_persons_other"),
        ("Location that may not be safe", "unsafe_location"), ("Comments", "safety_comments")]),
    ("3.4", [
        ("3.4. Risk of re-trafficking", "retrafficking_risk"), ("Very high", "retrafficking_risk=very_high"),
        ("High", "retrafficking_risk=high"), ("Medium", "retrafficking_risk=medium"), ("Low", "retrafficking_risk=low"),
        ("Risk assessment carried out", "retrafficking_assessed"), *yes_no("retrafficking_assessed"),
        ("If yes, in cooperation with", "retrafficking_assessed_with"),
        ("Trafficked person", "retrafficking_assessed_with=person"),
        ("Relatives", "retrafficking_assessed_with=relatives"),
        ("Authorities in country of origin", "retrafficking_assessed_with=authorities"),
        ("Comments", "retrafficking_comments")]),
    ("4", [
        ("4. Perspective of the victim", None),
        ("Wishing to enter assistance program in country of origin or third country", "wish_assistance"),
        *yes_no("wish_assistance"),
        ("Information on assistance program in country of origin or third country received", "assistance_information"),
        *yes_no("assistance_information")]),
    ("5", [
        ("5. Information on return / travel data", None),
        ("Date and time of arrival in country of origin or third country", "arrival_time"),
        ("Means of transportation (specify border crossing point, carrier's name, number and schedule)", "transport"),
        ("By air", "transport_air"), ("By land", "transport_land"), ("By sea", "transport_sea"),
        ("Name and contact details of escort(s)", "escort"), ("Security measures", "security_measures"),
        ("Medical treatment", "travel_medical_treatment"),
        ("Name and contact details of the receiving person", "receiving_person"),
        ("TO BE FILLED IN BY COUNTRY OF ORIGIN OR THIRD COUNTRY AFTER THE VICTIM'S RETURN", None)]),
    ("6.1", [
        ("6. Long-term assistance offered in country of origin or third country", None), ("6.1. Basic needs", None),
        ("Accommodation", "long_accommodation"), ("Shelter", "long_accommodation=shelter"),
        ("Own family", "long_accommodation=own_family"),
        ("Alternative accommodation", "long_accommodation=alternative"), ("Other", "long_accommodation_other"),
        ("Comments", "long_accommodation_comments")]),
    ("6.2", [
        ("6.2. Long-term assistance and social inclusion measures", None),
        *offered("Long-term medical assistance", "medical"), *offered("Psychological counselling", "psychological"),
        *offered("Education", "education"), *offered("Vocational training", "training"),
        *offered("Job placement assistance", "job"), *offered("Financial support", "financial"),
        *offered("Housing subsidy/assistance", "housing"), *offered("Language interpretation", "interpretation"),
        *offered("Family mediation", "mediation"), *offered("Family therapy/consulting", "family_therapy"),
        ("Trafficked person in regular contact with family", "family_contact"), *yes_no("family_contact"),
        ("Comments", "family_contact_comments")]),
    ("6.3", [
        ("6.3. Legal and administrative assistance", "legal_assistance"),
        ("Issuing identity documents", "legal_assistance=identity_documents"),
        ("Appointment of a guardian", "legal_assistance=guardian"),
        ("Issuing of a health insurance card", "legal_assistance=health_card"),
        ("Legal counselling", "legal_assistance=counselling"),
        ("Legal representation", "legal_assistance=representation"), ("Other", "legal_assistance_other")]),
    ("6.4", [("6.4. Protection", None), ("Safety measures applied", "long_safety_measures")]),
    ("7.1", [
        ("7. Civil and criminal proceedings", None), ("7.1. In country of exploitation", None),
        ("Case initiated", "case_exploitation_initiated"), *yes_no("case_exploitation_initiated"),
        ("Civil proceedings", "case_exploitation_kind=civil"),
        ("Criminal proceedings", "case_exploitation_kind=criminal"), *proceedings("case_exploitation"),
        ("Proceedings underway", "case_exploitation_decision=underway"),
        ("Legal status of the victim", "case_exploitation_legal_status"), ("Comments", "case_exploitation_comments")]),
    ("7.2", [("7.2. In country of origin", None), ("Case initiated", "case_origin_initiated"),
             *yes_no("case_origin_initiated"), *proceedings("case_origin")]),
    ("8", [
        ("8. Contacts in country of exploitation and origin/third country", None),
        ("TRM procedures", "contact_procedure"), ("Country of exploitation", "contact_role=exploitation"),
        ("Country of origin", "contact_role=origin"),
        *contacts("Identification", "identification"),
        *contacts("First Assistance and Protection", "first_assistance"),
        *contacts("Long term assistance and social inclusion", "longer_term"),
        *contacts("Return", "return"), *contacts("Criminal and civil proceedings", "proceedings"),
        ("Interpretation", "contact_procedure=interpretation"),
        ("Name of interpreter", "contact_interpreter"), ("Name of interpreter", "contact_interpreter")]),
]
